namespace Holdfast.Protection.Tests.Restore;

/// <summary>Domain XMLs as libvirt writes them, each with other troubles for a copy.</summary>
internal static class SampleDomains
{
    public static TheoryData<string> Names => ["plain", "uefi", "everything", "live"];

    public static string Of(string name) => name switch
    {
        "plain" => Plain,
        "uefi" => Uefi,
        "everything" => Everything,
        "live" => Live,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    public const string Plain = """
        <domain type='kvm'>
          <name>vm1</name><uuid>6f0f3a7e-52a1-4a5c-9b0a-3c1f6f0f3a7e</uuid>
          <memory unit='KiB'>262144</memory><vcpu placement='static'>1</vcpu><resource><partition>/machine</partition></resource>
          <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><kernel>/boot/vmlinuz</kernel><initrd>/boot/initrd</initrd>
            <cmdline>root=/dev/vda console=ttyS0</cmdline></os>
          <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
            <disk type='file' device='disk'><driver name='qemu' type='qcow2' discard='unmap'/><source file='/images/vm1-a.qcow2'/>
              <target dev='vda' bus='virtio'/><address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/></disk>
            <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/images/vm1-b.raw'/><target dev='vdb' bus='virtio'/></disk>
            <interface type='network'><mac address='52:54:00:11:22:33'/><source network='default'/><model type='virtio'/></interface>
            <serial type='pty'><log file='/var/log/vm1-console.log' append='off'/><target type='isa-serial' port='0'/></serial>
            <console type='pty'><log file='/var/log/vm1-console.log' append='off'/><target type='serial' port='0'/></console>
            <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
            <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng><memballoon model='virtio'/>
          </devices>
        </domain>
        """;

    public const string Uefi = """
        <domain type='kvm'>
          <name>vm2</name><uuid>7f0f3a7e-52a1-4a5c-9b0a-3c1f6f0f3a7e</uuid><genid>aaaaaaaa-52a1-4a5c-9b0a-3c1f6f0f3a7e</genid>
          <memory unit='KiB'>1048576</memory>
          <sysinfo type='smbios'><system><entry name='uuid'>7f0f3a7e-52a1-4a5c-9b0a-3c1f6f0f3a7e</entry></system></sysinfo>
          <os firmware='efi'><type arch='x86_64' machine='q35'>hvm</type>
            <loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.ms.fd</loader>
            <nvram template='/usr/share/OVMF/OVMF_VARS_4M.ms.fd'>/var/lib/libvirt/qemu/nvram/vm2_VARS.fd</nvram></os>
          <devices>
            <disk type='volume' device='disk'><driver name='qemu' type='qcow2'/><source pool='default' volume='vm2.qcow2'/><target dev='sda' bus='scsi'/></disk>
            <disk type='block' device='lun' sgio='filtered'><driver name='qemu' type='raw' cache='none' io='native'/><source dev='/dev/vg/vm2'>
              <reservations managed='no'><source type='unix' path='/run/pr-helper.sock' mode='client'/></reservations></source><target dev='sdb' bus='scsi'/></disk>
            <disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='/isos/debian.iso'/><target dev='sdc' bus='sata'/><readonly/></disk>
            <disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='/isos/gone.iso'/><target dev='sdd' bus='sata'/><readonly/></disk>
            <disk type='file' device='cdrom'><target dev='sde' bus='sata'/><readonly/></disk>
            <disk type='file' device='floppy'><driver name='qemu' type='raw'/><source file='/images/floppy.img'/><target dev='fda' bus='fdc'/></disk>
            <interface type='bridge'><mac address='52:54:00:aa:00:01'/><source bridge='br0'/><target dev='tap-vm2'/><model type='virtio'/></interface>
            <interface type='network'><mac address='52:54:00:aa:00:02'/><source network='lab' portgroup='web'/><model type='e1000'/></interface>
            <interface type='direct'><mac address='52:54:00:aa:00:03'/><source dev='eth0' mode='bridge'/><target dev='macvtap0'/></interface>
            <graphics type='vnc' port='5901' autoport='no' listen='127.0.0.1' passwd='secret'><listen type='address' address='127.0.0.1'/></graphics>
            <tpm model='tpm-crb'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>
          </devices>
        </domain>
        """;

    public const string Everything = """
        <domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
          <name>vm3</name><uuid>8f0f3a7e-52a1-4a5c-9b0a-3c1f6f0f3a7e</uuid><memory unit='KiB'>1048576</memory>
          <metadata><app:x xmlns:app='http://example.org/app' path='/opt/app'/></metadata>
          <os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader>
            <nvram type='file' format='qcow2'><source file='/images/vm3-vars.qcow2'/></nvram></os>
          <devices>
            <disk type='file' device='disk'><driver name='qemu' type='qcow2'><metadata_cache><max_size unit='bytes'>1024</max_size></metadata_cache></driver>
              <source file='/images/vm3-a.qcow2' index='3'><seclabel model='dac' relabel='yes'><label>107:107</label></seclabel></source>
              <backingStore type='file' index='4'><format type='qcow2'/><source file='/images/base.qcow2'/><backingStore/></backingStore>
              <target dev='vda' bus='virtio'/><alias name='virtio-disk0'/></disk>
            <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/images/excluded.raw'/><target dev='vdc' bus='virtio'/></disk>
            <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/images/shared.raw'/><target dev='vdd' bus='virtio'/><shareable/></disk>
            <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/images/readonly.raw'/><target dev='vde' bus='virtio'/><readonly/></disk>
            <disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='rbd' name='pool/vm3'><host name='ceph'/></source><target dev='vdf' bus='virtio'/></disk>
            <filesystem type='mount' accessmode='passthrough'><driver type='virtiofs'/><source dir='/srv/share'/><target dir='share'/></filesystem>
            <shmem name='shm0'><model type='ivshmem-doorbell'/><server path='/run/shm0.sock'/></shmem>
            <memory model='nvdimm'><source><path>/images/nvdimm</path></source><target><size unit='KiB'>524288</size></target></memory>
            <pstore backend='acpi-erst'><path>/images/pstore</path><size unit='KiB'>8</size></pstore>
            <serial type='file'><source path='/var/log/vm3-serial.out'/><target port='0'/></serial>
            <serial type='unix'><source mode='bind' path='/run/vm3-serial.sock'/><target port='1'/></serial>
            <serial type='tcp'><source mode='bind' host='127.0.0.1' service='4555'/><protocol type='raw'/><target port='2'/></serial>
            <serial type='dev'><source path='/dev/ttyS0'/><target port='3'/></serial>
            <parallel type='file'><source path='/var/log/vm3-lpt.out'/><target port='0'/></parallel>
            <channel type='unix'><source mode='bind' path='/run/vm3-agent.sock'/><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
            <channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
            <graphics type='spice' port='5910' tlsPort='5911' autoport='no'><listen type='socket' socket='/run/vm3-spice.sock'/></graphics>
            <graphics type='vnc' socket='/run/vm3-vnc.sock'><listen type='socket' socket='/run/vm3-vnc.sock'/></graphics>
            <audio id='1' type='file' path='/var/log/vm3.wav'/>
            <interface type='vhostuser'><mac address='52:54:00:bb:00:01'/><source type='unix' path='/run/vm3-net.sock' mode='client'/><model type='virtio'/></interface>
            <interface type='ethernet'><mac address='52:54:00:bb:00:02'/><script path='/etc/qemu-ifup'/><target dev='tap7' managed='no'/></interface>
            <hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x06' slot='0x02' function='0x0'/></source></hostdev>
            <hostdev mode='capabilities' type='storage'><source><block>/dev/sdz</block></source></hostdev>
            <redirdev bus='usb' type='unix'><source mode='bind' path='/run/vm3-usb.sock'/></redirdev>
            <smartcard mode='passthrough' type='unix'><source mode='bind' path='/run/vm3-card.sock'/></smartcard>
            <input type='evdev'><source dev='/dev/input/event1'/></input>
            <rng model='virtio'><backend model='egd' type='unix'><source mode='connect' path='/run/egd.sock'/></backend></rng>
            <vsock model='virtio'><cid auto='no' address='5'/></vsock>
            <video><model type='virtio' heads='1'><acceleration accel3d='yes' rendernode='/dev/dri/renderD128'/></model></video>
          </devices>
          <seclabel type='dynamic' model='dac' relabel='yes'><label>libvirt-1</label><imagelabel>libvirt-1</imagelabel></seclabel>
          <qemu:commandline><qemu:arg value='-drive'/><qemu:arg value='file=/images/hidden.img,if=none'/></qemu:commandline>
        </domain>
        """;

    public const string Live = """
        <domain type='qemu' id='7'>
          <name>vm4</name><uuid>9f0f3a7e-52a1-4a5c-9b0a-3c1f6f0f3a7e</uuid><memory unit='KiB'>262144</memory>
          <os><type arch='x86_64'>hvm</type></os>
          <devices>
            <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/images/vm4-overlay.qcow2' index='2'/>
              <backingStore type='file' index='1'><format type='qcow2'/><source file='/images/vm4-base.qcow2'/><backingStore/></backingStore>
              <mirror type='file' job='copy'><format type='qcow2'/><source file='/images/vm4-mirror.qcow2'/></mirror>
              <target dev='vda' bus='virtio'/><alias name='virtio-disk0'/></disk>
            <interface type='network'><mac address='52:54:00:cc:00:01'/><source network='default' portid='3f0f3a7e-52a1-4a5c-9b0a-3c1f6f0f3a7e' bridge='virbr0'/>
              <target dev='vnet3'/><alias name='net0'/></interface>
            <serial type='pty'><source path='/dev/pts/4'/><target port='0'/><alias name='serial0'/></serial>
            <console type='pty' tty='/dev/pts/4'><source path='/dev/pts/4'/><target type='serial' port='0'/><alias name='serial0'/></console>
            <channel type='unix'><source mode='bind' path='/var/lib/libvirt/qemu/channel/target/domain-7-vm4/org.qemu.guest_agent.0'/>
              <target type='virtio' name='org.qemu.guest_agent.0' state='connected'/><alias name='channel0'/></channel>
            <controller type='usb'><alias name='ua-mine'/></controller>
          </devices>
          <seclabel type='dynamic' model='apparmor' relabel='yes'><label>libvirt-9f</label><imagelabel>libvirt-9f</imagelabel></seclabel>
        </domain>
        """;
}
