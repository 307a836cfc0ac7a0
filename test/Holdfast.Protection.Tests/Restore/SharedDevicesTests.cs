using Holdfast.Libvirt;
using Holdfast.Protection.Restore;

namespace Holdfast.Protection.Tests.Restore;

/// <summary>What a new VM may have in common with the original: nothing that either writes to.</summary>
public sealed class SharedDevicesTests
{
    private const string Shareable = "<disk type='file' device='disk'><source file='/srv/data'/><target dev='vdb'/><shareable/></disk>";

    [Theory]
    [InlineData("<disk type='file' device='disk'><source file='/srv/data'/><target dev='vdb'/><shareable/></disk>")]
    [InlineData("<disk type='block' device='lun'><source dev='/dev/disk/by-id/data'/><target dev='vdb'/><shareable/></disk>")]
    public void A_shared_disk_that_is_written_to_is_left_out_and_named(string disk)
    {
        var rewritten = Rewrite(disk);

        Assert.Empty(DomainXml.Read(rewritten.Root).Disks);
        Assert.Equal("vdb", Assert.Single(rewritten.Notes.DisksNotRestored));
        Assert.Empty(rewritten.Notes.Shared);
    }

    [Fact]
    public void A_disk_that_is_only_read_stays_and_is_named()
    {
        var rewritten = Rewrite("<disk type='file' device='disk'><source file='/srv/data'/><target dev='vdb'/><shareable/><readonly/></disk>");

        Assert.Equal("/srv/data", Assert.Single(DomainXml.Read(rewritten.Root).Disks).Source.Path);
        Assert.Equal("disk vdb", Assert.Single(rewritten.Notes.Shared));
    }

    [Theory]
    [InlineData("<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/></source></hostdev>")]
    [InlineData("<hostdev mode='subsystem' type='scsi_host'><source protocol='vhost' wwpn='naa.50014057667280d8'/></hostdev>")]
    public void The_hosts_storage_passed_through_is_left_out_and_named(string device)
    {
        var rewritten = Rewrite(device);

        Assert.Empty(rewritten.Root.Descendants("hostdev"));
        Assert.StartsWith("hostdev scsi", Assert.Single(rewritten.Notes.LeftOut), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_device_passed_through_stays_and_is_named()
    {
        var rewritten = Rewrite("<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='6' slot='2' function='0'/></source></hostdev>");

        Assert.Single(rewritten.Root.Descendants("hostdev"));
        Assert.Equal("hostdev pci", Assert.Single(rewritten.Notes.Shared));
    }

    [Fact]
    public void The_walk_over_paths_finds_a_shared_disk_that_is_written_to()
    {
        Assert.Equal("/srv/data", Assert.Single(PathWalk.SharedPaths(Domain(Shareable), [Domain(Shareable)])));
    }

    private static DomainXml Domain(string device) =>
        DomainXml.Parse($"<domain type='kvm'><name>a</name><uuid>{Guid.NewGuid()}</uuid><devices>{device}</devices></domain>");

    private static RewrittenDomain Rewrite(string device) => DomainRewrite.AsNew(Domain(device), new RewriteRequest
    {
        NewName = "b",
        NewUuid = Guid.NewGuid(),
        Images = new Dictionary<string, ImagePlace>(),
        NextMac = () => "52:54:00:00:00:01",
        FileExists = _ => true,
    });
}
