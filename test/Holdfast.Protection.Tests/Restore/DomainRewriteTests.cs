using System.Xml.Linq;
using CsCheck;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Restore;

namespace Holdfast.Protection.Tests.Restore;

public sealed class DomainRewriteTests
{
    private static readonly HashSet<string> Files =
        ["/isos/debian.iso", "/images/floppy.img", "/images/shared.raw", "/images/readonly.raw"];

    // What two VMs may name at the same time, said here once more in other words than the code's.
    private static readonly string[] Shareable =
    [
        "/boot/", "/usr/", "/machine", "/dev/urandom", "/dev/dri/", "/dev/sdz", "/etc/qemu-ifup", "/opt/app",
        "/isos/debian.iso", "/images/floppy.img", "/images/shared.raw", "/images/readonly.raw",
    ];

    private static readonly string[] Restored = ["vda", "vdb", "sda", "sdb"];

    [Theory]
    [MemberData(nameof(SampleDomains.Names), MemberType = typeof(SampleDomains))]
    public void No_path_that_the_saved_VM_writes_or_listens_on_is_in_the_new_XML(string sample)
    {
        var saved = DomainXml.Parse(SampleDomains.Of(sample));
        var rewritten = Rewrite(saved);
        var old = Values(saved.Root).ToHashSet();
        Assert.DoesNotContain(Values(rewritten.Root), v => v.StartsWith('/') && old.Contains(v) && !Shareable.Any(s => v.StartsWith(s, StringComparison.Ordinal)));
        Assert.Empty(PathWalk.SharedPaths(DomainXml.Read(rewritten.Root), [saved]));
        Assert.DoesNotContain(rewritten.Root.ToString(), "hidden.img", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SampleDomains.Names), MemberType = typeof(SampleDomains))]
    public void Identity_is_new(string sample)
    {
        var saved = DomainXml.Parse(SampleDomains.Of(sample));
        var created = DomainXml.Read(Rewrite(saved).Root);
        Assert.Equal("copy", created.Name);
        Assert.NotEqual(saved.Uuid, created.Uuid);
        var macs = created.Interfaces.Select(i => i.Mac).ToList();
        Assert.All(macs, m => Assert.StartsWith("52:54:00:", m, StringComparison.Ordinal));
        Assert.Equal(macs.Count, macs.Distinct().Count());
        Assert.Empty(macs.Intersect(saved.Interfaces.Select(i => i.Mac)));
        Assert.DoesNotContain(saved.Uuid!.Value.ToString("D"), created.Root.ToString(), StringComparison.Ordinal);
        Assert.Null(created.Root.Attribute("id"));
        Assert.DoesNotContain(created.Interfaces, i => i.TargetDevice is not null && i.TargetDevice != "tap7");
        Assert.DoesNotContain(created.Root.Descendants("alias"), a => !((string)a.Attribute("name")!).StartsWith("ua-", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(SampleDomains.Names), MemberType = typeof(SampleDomains))]
    public void The_saved_document_is_not_changed(string sample)
    {
        var saved = DomainXml.Parse(SampleDomains.Of(sample));
        var before = saved.ToXml();
        Rewrite(saved);
        Assert.Equal(before, saved.ToXml());
    }

    [Theory]
    [MemberData(nameof(SampleDomains.Names), MemberType = typeof(SampleDomains))]
    public void Disks_stand_alone_on_images_of_their_own(string sample)
    {
        var created = DomainXml.Read(Rewrite(DomainXml.Parse(SampleDomains.Of(sample))).Root);
        foreach (var disk in created.Disks.Where(d => d.Target is "vda" or "vdb" or "sda" or "sdb"))
        {
            Assert.Equal($"/new/copy-{disk.Target}.img", disk.Source.Path);
            Assert.Equal(disk.Target is "vdb" or "sdb" ? "raw" : "qcow2", disk.Format);
            Assert.Empty(disk.BackingChain);
            Assert.Null(disk.MirrorJob);
            Assert.Null(disk.Source.Index);
            Assert.Equal(DiskDevice.Disk, disk.Device);
        }
    }

    [Fact]
    public void Devices_keep_their_addresses_so_that_the_guest_finds_them() =>
        Assert.Equal("0x04", (string?)DomainXml.Read(Rewrite(DomainXml.Parse(SampleDomains.Plain)).Root)
            .FindDisk("vda")!.Element.Element("address")?.Attribute("bus"));

    [Fact]
    public void Media_stay_read_only_where_they_are_and_are_ejected_where_they_are_gone()
    {
        var result = Rewrite(DomainXml.Parse(SampleDomains.Uefi));
        var created = DomainXml.Read(result.Root);
        Assert.Equal("/isos/debian.iso", created.FindDisk("sdc")!.Source.Path);
        Assert.Null(created.FindDisk("sdd")!.Source.Path);
        Assert.Equal("/images/floppy.img", created.FindDisk("fda")!.Source.Path);
        Assert.True(created.FindDisk("fda")!.IsReadOnly);
        Assert.Equal(["sdd"], result.Notes.MediaEjected);
    }

    [Fact]
    public void Firmware_variables_move_and_their_template_stays()
    {
        var firmware = DomainXml.Read(Rewrite(DomainXml.Parse(SampleDomains.Uefi)).Root).Firmware;
        Assert.Equal("/nvram/copy_VARS.fd", firmware.NvramPath);
        Assert.Equal("/usr/share/OVMF/OVMF_VARS_4M.ms.fd", firmware.NvramTemplate);
        Assert.Equal("/usr/share/OVMF/OVMF_CODE_4M.ms.fd", firmware.LoaderPath);
    }

    [Fact]
    public void What_cannot_be_doubled_is_dropped_and_said()
    {
        var result = Rewrite(DomainXml.Parse(SampleDomains.Everything));
        var devices = result.Root.Element("devices")!;
        Assert.DoesNotContain(devices.Elements(), e => e.Name.LocalName is "filesystem" or "shmem" or "pstore" or "memory" or "redirdev" or "smartcard" or "input" or "rng");
        Assert.Equal(["vdc", "vdf"], result.Notes.DisksLeftOut.Order());
        Assert.Contains("qemu:commandline", result.Notes.LeftOut);
        Assert.Equal(2, devices.Elements("hostdev").Count());
        Assert.Contains(result.Notes.Shared, s => s.StartsWith("hostdev", StringComparison.Ordinal));
        Assert.Contains("disk vdd", result.Notes.Shared);
        Assert.Equal(3, result.Notes.Replaced.Count);
        var warnings = result.Notes.ToWarnings("copy");
        Assert.Equal(warnings.Count, warnings.Select(w => w.Code.ToString()).Distinct().Count());
    }

    [Fact]
    public void Console_logs_move_together_with_their_serial_ports()
    {
        var result = Rewrite(DomainXml.Parse(SampleDomains.Plain));
        Assert.Equal(["/var/log/copy-vm1-console.log"], result.Notes.LogFiles.Distinct());
    }

    [Fact]
    public void Fixed_ports_and_context_ids_are_given_up()
    {
        var uefi = Rewrite(DomainXml.Parse(SampleDomains.Uefi)).Root;
        var vnc = uefi.Element("devices")!.Element("graphics")!;
        Assert.Equal("yes", (string?)vnc.Attribute("autoport"));
        Assert.Equal("-1", (string?)vnc.Attribute("port"));
        Assert.Equal("secret", (string?)vnc.Attribute("passwd"));
        var cid = Rewrite(DomainXml.Parse(SampleDomains.Everything)).Root.Descendants("cid").Single();
        Assert.Null(cid.Attribute("address"));
        Assert.Equal("yes", (string?)cid.Attribute("auto"));
    }

    [Fact]
    public void A_network_that_is_asked_for_takes_every_interface()
    {
        var created = DomainXml.Read(Rewrite(DomainXml.Parse(SampleDomains.Uefi), network: "lab2").Root);
        Assert.All(created.Interfaces, i => Assert.Equal(("network", "lab2"), (i.Type, i.SourceNetwork)));
        Assert.Equal(3, created.Interfaces.Count);
    }

    [Fact]
    public void A_VM_with_an_emulated_TPM_is_refused()
    {
        var root = DomainXml.Parse(SampleDomains.Plain).Root;
        root.Element("devices")!.Add(XElement.Parse("<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"));
        var e = Assert.Throws<FaultException>(() => Rewrite(DomainXml.Read(root)));
        Assert.Equal("HoldfastTpmStateNotRestorable", e.Fault.Code.ToString());
    }

    [Fact]
    public void Any_mixture_of_devices_comes_out_with_paths_of_its_own()
    {
        var pool = new[] { SampleDomains.Plain, SampleDomains.Uefi, SampleDomains.Everything, SampleDomains.Live }
            .SelectMany(x => XElement.Parse(x).Element("devices")!.Elements()).ToList();
        Gen.Int[0, pool.Count - 1].List[0, 40].Sample(picks =>
        {
            var root = XElement.Parse(SampleDomains.Plain);
            root.Element("devices")!.ReplaceAll(picks.Select(i => new XElement(pool[i])));
            var saved = DomainXml.Read(root);
            var result = Rewrite(saved);
            var old = Values(root).ToHashSet();
            Assert.DoesNotContain(Values(result.Root), v => v.StartsWith('/') && old.Contains(v) && !Shareable.Any(s => v.StartsWith(s, StringComparison.Ordinal)));
            Assert.Empty(PathWalk.SharedPaths(DomainXml.Read(result.Root), [saved]));
        });
    }

    [Fact]
    public void The_walk_finds_a_disk_that_a_rewrite_forgot()
    {
        var saved = DomainXml.Parse(SampleDomains.Plain);
        var half = Rewrite(saved).Root;
        half.Element("devices")!.Elements("disk").Last().Element("source")!.SetAttributeValue("file", "/images/../images/vm1-b.raw");
        Assert.Equal(["/images/../images/vm1-b.raw"], PathWalk.SharedPaths(DomainXml.Read(half), [saved]));
    }

    private static RewrittenDomain Rewrite(DomainXml saved, string? network = null)
    {
        var next = 0;
        return DomainRewrite.AsNew(saved, new RewriteRequest
        {
            NewName = "copy",
            NewUuid = Guid.NewGuid(),
            Images = Restored.ToDictionary(
                t => t, t => new ImagePlace($"/new/copy-{t}.img", t is "vdb" or "sdb" ? "raw" : "qcow2")),
            NvramPath = "/nvram/copy_VARS.fd",
            HasNvramContent = true,
            Network = network,
            NextMac = () => $"52:54:00:ee:00:{next++:x2}",
            FileExists = Files.Contains,
        });
    }

    private static IEnumerable<string> Values(XElement root) => root.DescendantsAndSelf()
        .SelectMany(e => e.Attributes().Select(a => a.Value).Concat(e.HasElements ? [] : [e.Value.Trim()]));
}
