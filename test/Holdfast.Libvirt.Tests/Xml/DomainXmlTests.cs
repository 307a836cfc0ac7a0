namespace Holdfast.Libvirt.Tests;

public sealed class DomainXmlTests
{
    private const string Rich = """
        <domain type='kvm' id='7' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
          <name>web</name>
          <uuid>5f2c2a0c-1111-4222-8333-444455556666</uuid>
          <title>/not/a/path</title>
          <description>/nor/this</description>
          <metadata><my:data xmlns:my='urn:my' path='/nor/that'>/x</my:data></metadata>
          <os firmware='efi'>
            <type arch='x86_64' machine='q35'>hvm</type>
            <loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader>
            <nvram template='/usr/share/OVMF/OVMF_VARS.fd'>/var/lib/libvirt/qemu/nvram/web_VARS.fd</nvram>
            <kernel>/boot/vmlinuz</kernel><initrd>/boot/initrd</initrd><cmdline>/init console=ttyS0</cmdline>
          </os>
          <devices>
            <emulator>/usr/bin/qemu-system-x86_64</emulator>
            <disk type='file' device='disk'>
              <driver name='qemu' type='qcow2'/>
              <source file='/img/top.qcow2' index='3'/>
              <backingStore type='file' index='2'><format type='qcow2'/><source file='/img/mid.qcow2'/>
                <backingStore type='block'><format type='raw'/><source dev='/dev/vg/base'/><backingStore/></backingStore></backingStore>
              <target dev='vda' bus='virtio'/><serial>S1</serial><alias name='virtio-disk0'/>
            </disk>
            <disk type='volume' device='disk'>
              <driver name='qemu' type='raw'/>
              <source pool='default' volume='data'><encryption format='luks'><secret type='passphrase' uuid='0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f'/></encryption></source>
              <target dev='vdb' bus='virtio'/><shareable/><transient/>
              <mirror type='file' job='copy'><format type='qcow2'/><source file='/img/copy.qcow2'/></mirror>
            </disk>
            <disk type='network' device='disk'>
              <driver name='qemu' type='raw'/>
              <auth username='a'><secret type='ceph' usage='ceph-secret'/></auth>
              <source protocol='rbd' name='/pool/image'><host name='mon' transport='unix' socket='/run/rbd.sock'/></source>
              <target dev='vdc' bus='virtio'/>
            </disk>
            <disk type='file' device='disk'>
              <driver name='qemu' type='qcow2'/>
              <source file='/img/d.qcow2'><dataStore type='file'><format type='raw'/><source file='/img/d.raw'/></dataStore></source>
              <target dev='vdd' bus='virtio'/>
            </disk>
            <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
            <disk type='file' device='cdrom'><source file='/iso/a.iso'/><target dev='sdb' bus='sata'/></disk>
            <filesystem type='mount'><source dir='/srv/share'/><target dir='/mnt/tag'/></filesystem>
            <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default' bridge='virbr0'/><target dev='vnet3'/><model type='virtio'/></interface>
            <interface type='vhostuser'><source type='unix' path='/run/vhost.sock' mode='client'/></interface>
            <serial type='pty'><source path='/dev/pts/3'/><log file='/var/log/web.log' append='off'/><target port='0'/></serial>
            <console type='pty' tty='/dev/pts/3'><source path='/dev/pts/3'/></console>
            <channel type='unix'><source mode='bind' path='/run/ga.sock'/><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>
            <graphics type='vnc' socket='/run/vnc.sock'/>
            <tpm model='tpm-crb'><backend type='emulator' version='2.0'><encryption secret='11111111-8403-7b23-c8d6-21ccc2f80d6f'/></backend></tpm>
            <shmem name='s'><server path='/run/shm.sock'/></shmem>
            <memory model='nvdimm'><source><path>/img/nvdimm</path></source></memory>
            <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
            <sometime><newer where='/some/where'/></sometime>
          </devices>
          <qemu:commandline><qemu:arg value='/secret/file'/></qemu:commandline>
        </domain>
        """;

    private readonly DomainXml _domain = DomainXml.Parse(Rich);

    [Fact]
    public void Identity_is_read()
    {
        Assert.Equal("web", _domain.Name);
        Assert.Equal("kvm", _domain.Type);
        Assert.Equal(new Guid("5f2c2a0c-1111-4222-8333-444455556666"), _domain.Uuid);
    }

    [Fact]
    public void A_backing_chain_is_read_to_its_end()
    {
        var disk = _domain.FindDisk("vda")!;
        Assert.Equal(("/img/top.qcow2", 3, "qcow2"), (disk.Source.Path, disk.Source.Index, disk.Format));
        Assert.Equal(["/img/mid.qcow2", "/dev/vg/base"], disk.BackingChain.Select(s => s.Path));
        Assert.Equal([DiskSourceKind.File, DiskSourceKind.Block], disk.BackingChain.Select(s => s.Kind));
        Assert.Equal(["qcow2", "raw"], disk.BackingChain.Select(s => s.Format));
        Assert.True(disk.IsBackingChainComplete);
        Assert.False(_domain.FindDisk("vdb")!.IsBackingChainComplete);
        Assert.Equal(("S1", "virtio-disk0", "virtio"), (disk.Serial, disk.Alias, disk.Bus));
    }

    [Fact]
    public void Encryption_authentication_and_tpm_secrets_are_all_found()
    {
        Assert.Equal(
            ["domain/devices/disk/source/encryption/secret", "domain/devices/disk/auth/secret", "domain/devices/tpm/backend/encryption"],
            _domain.Secrets.Select(s => s.Location));
        Assert.Equal("ceph-secret", _domain.Secrets[1].UsageId);
        Assert.Equal(_domain.Tpms[0].EncryptionSecret, _domain.Secrets[2].Uuid);
        Assert.True(_domain.FindDisk("vdb")!.IsEncrypted);
        Assert.False(_domain.FindDisk("vda")!.IsEncrypted);
    }

    [Fact]
    public void Kinds_of_disks_are_told_apart()
    {
        var volume = _domain.FindDisk("vdb")!;
        Assert.Equal((DiskSourceKind.Volume, "default", "data"), (volume.Source.Kind, volume.Source.Pool, volume.Source.Volume));
        Assert.True(volume is { IsShareable: true, IsTransient: true, MirrorJob: "copy" });
        Assert.Equal((DiskSourceKind.Network, "rbd"), (_domain.FindDisk("vdc")!.Source.Kind, _domain.FindDisk("vdc")!.Source.Protocol));
        Assert.Equal("/img/d.raw", _domain.FindDisk("vdd")!.Source.DataFile!.Path);
        Assert.Equal(DiskSourceKind.None, _domain.FindDisk("sda")!.Source.Kind);
        Assert.True(_domain.FindDisk("sdb") is { IsReadOnly: true, Device: DiskDevice.CdRom });
    }

    [Fact]
    public void Firmware_agent_and_interfaces_are_read()
    {
        Assert.Equal("/var/lib/libvirt/qemu/nvram/web_VARS.fd", _domain.Firmware.NvramPath);
        Assert.True(_domain.Firmware is { HasNvram: true, IsSecureBoot: true, AutoSelection: "efi" });
        Assert.Equal(new GuestAgentChannel(true, "/run/ga.sock"), _domain.AgentChannel);
        Assert.Equal(("52:54:00:00:00:01", "default", "vnet3"), (_domain.Interfaces[0].Mac, _domain.Interfaces[0].SourceNetwork, _domain.Interfaces[0].TargetDevice));
        Assert.True(_domain.HasQemuCommandLine);
    }

    [Fact]
    public void Every_host_path_is_found_with_its_role()
    {
        var found = _domain.HostPaths.Select(p => (p.Path, p.Role)).ToHashSet();
        Assert.Equal(
            [
                ("/usr/share/OVMF/OVMF_CODE.fd", HostPathRole.Loader), ("/usr/share/OVMF/OVMF_VARS.fd", HostPathRole.NvramTemplate),
                ("/var/lib/libvirt/qemu/nvram/web_VARS.fd", HostPathRole.Nvram), ("/boot/vmlinuz", HostPathRole.Kernel),
                ("/boot/initrd", HostPathRole.Initrd), ("/usr/bin/qemu-system-x86_64", HostPathRole.Emulator), ("/img/top.qcow2", HostPathRole.DiskImage),
                ("/img/mid.qcow2", HostPathRole.BackingImage), ("/dev/vg/base", HostPathRole.BackingImage), ("/img/copy.qcow2", HostPathRole.MirrorImage),
                ("/run/rbd.sock", HostPathRole.DiskService), ("/img/d.qcow2", HostPathRole.DiskImage), ("/img/d.raw", HostPathRole.DataFile),
                ("/iso/a.iso", HostPathRole.RemovableMedium), ("/srv/share", HostPathRole.Filesystem), ("/run/vhost.sock", HostPathRole.NetworkDevice),
                ("/dev/pts/3", HostPathRole.Pty), ("/var/log/web.log", HostPathRole.CharacterLog), ("/run/ga.sock", HostPathRole.ChannelSocket),
                ("/run/vnc.sock", HostPathRole.GraphicsSocket), ("/run/shm.sock", HostPathRole.SharedMemory), ("/img/nvdimm", HostPathRole.Memory),
                ("/dev/urandom", HostPathRole.Random), ("/some/where", HostPathRole.Other),
            ],
            found.ToHashSet());
    }

    [Fact]
    public void Rewritten_paths_are_in_the_document_written_again()
    {
        foreach (var path in _domain.HostPaths)
        {
            path.Replace("/elsewhere" + path.Path);
        }

        var again = DomainXml.Parse(_domain.ToXml());
        Assert.All(again.HostPaths, p => Assert.StartsWith("/elsewhere/", p.Path, StringComparison.Ordinal));
        Assert.Equal(_domain.HostPaths.Count, again.HostPaths.Count);
        Assert.Contains("/elsewhere/img/top.qcow2", again.FindDisk("vda")!.Source.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("connected", true)]
    [InlineData("disconnected", false)]
    [InlineData(null, null)]
    public void The_agents_state_is_known_only_from_live_xml(string? state, bool? expected)
    {
        var attribute = state is null ? "" : $" state='{state}'";
        var domain = DomainXml.Parse(
            $"<domain><devices><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'{attribute}/></channel></devices></domain>");
        Assert.Equal(expected, domain.AgentChannel!.IsConnected);
    }
}
