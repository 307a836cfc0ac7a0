using System.Xml.Linq;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Restore;

/// <summary>A lost VM comes back, and a restored one shares nothing with the original.</summary>
public sealed class RestoreTests(Host host)
{
    [Fact]
    public async Task A_lost_vm_comes_back_with_every_file()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.TwoDisks);
        var node = await Node.CreateAsync(host);
        await guest.Agent.WriteFilesAsync("/data/lost", 6, 300);
        await guest.Agent.WriteFilesAsync("/data2/lost", 6, 300);
        var sums = await guest.Agent.ChecksumsAsync("/data") + await guest.Agent.ChecksumsAsync("/data2");
        await node.BackUpAsync(guest);
        await guest.DestroyAsync();
        await Tool.VirshAsync("undefine", guest.Name, "--checkpoints-metadata");
        foreach (var disk in guest.Disks)
            File.Delete(disk.Path);

        var name = host.NewName("back");
        (await node.RunAsync("restore", guest.Name, "--as", name, "--disks-dir", host.NewFolder("back"), "--start")).Succeeded();

        var agent = new GuestAgentShell(name);
        await agent.AwaitAsync();
        Assert.Equal(sums, await agent.ChecksumsAsync("/data") + await agent.ChecksumsAsync("/data2"));
    }

    [Fact]
    public async Task A_restored_vm_shares_no_path_name_uuid_or_mac_with_the_original()
    {
        await using var guest = await Guest.DefineAsync(host, GuestSpec.TwoDisks with
        {
            DevicesXml = "<interface type='user'><mac address='52:54:00:12:34:56'/><model type='virtio'/></interface>",
        });
        var node = await Node.CreateAsync(host);
        await node.RunAsync("backup", guest.Name);
        var folder = host.NewFolder("copy");
        var name = host.NewName("copy");

        (await node.RunAsync("restore", guest.Name, "--as", name, "--disks-dir", folder)).Succeeded();

        var copy = XElement.Parse(await Tool.VirshAsync("dumpxml", name, "--inactive"));
        Assert.NotEqual(guest.Uuid.ToString(), copy.Element("uuid")!.Value);
        var sources = copy.Descendants("disk").Select(d => d.Element("source")!.Attribute("file")!.Value).ToList();
        Assert.Equal(2, sources.Count);
        Assert.All(sources, s => Assert.StartsWith(folder + "/", s, StringComparison.Ordinal));
        Assert.NotEqual("52:54:00:12:34:56", copy.Descendants("mac").Single().Attribute("address")!.Value);
        // The log lies beside the original's, under a name of its own.
        var logs = (await guest.XmlAsync("--inactive")).Descendants("log").Select(l => l.Attribute("file")!.Value).ToHashSet();
        Assert.NotEmpty(logs);
        Assert.DoesNotContain(copy.Descendants("log").Select(l => l.Attribute("file")!.Value), logs.Contains);
    }

    [Fact]
    [Condition("R02", Proof.Provocation)]
    public async Task R02_A_name_that_is_taken_is_told_and_nothing_is_written()
    {
        await using var guest = await Guest.DefineAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        await node.RunAsync("backup", guest.Name);
        var folder = host.NewFolder("taken");

        var result = await node.RunAsync("restore", guest.Name, "--as", guest.Name, "--disks-dir", folder);

        Assert.Equal("UserErrorVmAlreadyExistWithSameName", result.FaultCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task A_disk_path_that_is_taken_is_told_and_left_as_it_is()
    {
        await using var guest = await Guest.DefineAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        var run = (await node.RunAsync("backup", guest.Name)).Backup;
        var folder = (await node.RestoreDisksAsync(guest.Name, run.Point)).Values.Select(Path.GetDirectoryName).Single()!;
        var file = Directory.EnumerateFiles(folder).Single();
        await File.WriteAllTextAsync(file, "mine", TestContext.Current.CancellationToken);

        var result = await node.RunAsync("restore", guest.Name, "--point", run.Point, "--disks-to", folder, "--format", "raw");

        Assert.Equal("HoldfastDiskFileExists", result.FaultCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public async Task Restored_images_are_thin(string format)
    {
        await using var guest = await Guest.DefineAsync(host, new GuestSpec(DiskSpec.Ext4("vda") with { SizeMiB = 1024 }));
        var node = await Node.CreateAsync(host);
        var run = (await node.RunAsync("backup", guest.Name)).Backup;

        var image = (await node.RestoreDisksAsync(guest.Name, run.Point, format))["vda"];

        var allocated = 512 * long.Parse(
            (await Tool.RunAsync("stat", "-c", "%b", image)).Trim(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(allocated < 64 << 20, $"{allocated} bytes allocated");
        await Tool.RunAsync("qemu-img", "compare", "-f", format, "-F", "qcow2", image, guest.Disks[0].Path);
    }

    [Fact]
    public async Task An_older_point_comes_back_as_it_was()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        await guest.Agent.WriteFilesAsync("/data/v1", 2, 256);
        var older = await node.BackUpWithWitnessAsync(guest);
        await guest.Agent.WriteFilesAsync("/data/v1", 2, 256);
        await node.BackUpAsync(guest);

        await older.EqualsWitnessAsync();
    }
}
