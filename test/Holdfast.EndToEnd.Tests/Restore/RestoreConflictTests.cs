using System.Xml.Linq;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Restore;

/// <summary>What a restore as a new VM needs is taken or missing: it says so, and neither makes nor touches anything.</summary>
public sealed class RestoreConflictTests(RestoreConflictTests.SavedVm saved, Host host) : IClassFixture<RestoreConflictTests.SavedVm>
{
    /// <summary>A VM that is off, with a raw and a qcow2 disk, a network card and log files; and a node with a point of it.</summary>
    public sealed class SavedVm(Host host) : IAsyncLifetime
    {
        internal const string Mac = "52:54:00:12:34:57";

        internal Guest Guest { get; private set; } = null!;

        internal Node Node { get; private set; } = null!;

        /// <inheritdoc/>
        public async ValueTask InitializeAsync()
        {
            Guest = await Guest.DefineAsync(host, new GuestSpec(
                new DiskSpec("vda") { SizeMiB = 16 }, new DiskSpec("vdb") { SizeMiB = 16, Format = "raw" })
            {
                DevicesXml = $"<interface type='user'><mac address='{Mac}'/><model type='virtio'/></interface>",
            });
            Node = await Node.CreateAsync(host);
            await Tool.RunAsync("qemu-io", "-f", "qcow2", "-c", "write -P 0x51 1M 2M", Guest.Disks[0].Path);
            await Tool.RunAsync("qemu-io", "-f", "raw", "-c", "write -P 0x52 3M 2M", Guest.Disks[1].Path);
            Assert.NotEmpty((await Node.RunAsync("backup", Guest.Name)).Backup.Point);
        }

        /// <inheritdoc/>
        public ValueTask DisposeAsync() => Guest is null ? ValueTask.CompletedTask : Guest.DisposeAsync();
    }

    [Fact]
    [Condition("R03", Proof.Provocation)]
    public async Task R03_A_network_that_is_unknown_is_told_and_nothing_is_made()
    {
        var folder = host.NewFolder("network");
        var name = host.NewName("network");

        var result = await saved.Node.RunAsync(
            "restore", saved.Guest.Name, "--as", name, "--disks-dir", folder, "--network", host.NewName("no-network"));

        Assert.Equal("HoldfastNetworkNotFound", result.FaultCode);
        await NothingWasMadeAsync(name, folder);
    }

    [Fact]
    [Condition("R08", Proof.Provocation)]
    public async Task R08_A_pool_that_is_unknown_is_told_and_nothing_is_made()
    {
        var name = host.NewName("pool");

        var result = await saved.Node.RunAsync("restore", saved.Guest.Name, "--as", name, "--pool", host.NewName("no-pool"));

        Assert.Equal("HoldfastPoolNotFound", result.FaultCode);
        await NothingWasMadeAsync(name, saved.Guest.Folder, saved.Guest.Disks.Count);
    }

    [Fact]
    public async Task A_disk_file_that_is_taken_is_told_and_left_as_it_is()
    {
        var folder = host.NewFolder("taken");
        var name = host.NewName("taken");
        var file = Path.Combine(folder, name + "-vdb.raw");
        await File.WriteAllTextAsync(file, "mine", TestContext.Current.CancellationToken);

        var result = await saved.Node.RunAsync("restore", saved.Guest.Name, "--as", name, "--disks-dir", folder);

        Assert.Equal("HoldfastDiskFileExists", result.FaultCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        await NothingWasMadeAsync(name, folder, files: 1);
    }

    [Fact]
    public async Task A_log_file_that_is_taken_is_told_and_left_as_it_is()
    {
        // Where the new VM's log goes is seen on one that was restored.
        var (name, folder) = (host.NewName("log"), host.NewFolder("log"));
        (await saved.Node.RunAsync("restore", saved.Guest.Name, "--as", name, "--disks-dir", folder)).Succeeded();
        var log = XElement.Parse(await Tool.VirshAsync("dumpxml", name, "--inactive")).Descendants("log").First().Attribute("file")!.Value;
        await Guest.RemoveAsync(name);
        Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(log, "mine", TestContext.Current.CancellationToken);

        var result = await saved.Node.RunAsync("restore", saved.Guest.Name, "--as", name, "--disks-dir", folder);

        Assert.Equal("HoldfastLogFileTaken", result.FaultCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken));
        File.Delete(log);
        await NothingWasMadeAsync(name, folder);
    }

    [Fact]
    public async Task A_copy_restored_twice_beside_the_original_shares_no_file_and_no_mac_with_either()
    {
        List<XElement> vms = [await saved.Guest.XmlAsync("--inactive")];
        foreach (var name in (string[])[host.NewName("one"), host.NewName("two")])
        {
            var folder = host.NewFolder("copy");
            (await saved.Node.RunAsync("restore", saved.Guest.Name, "--as", name, "--disks-dir", folder)).Succeeded();
            var copy = XElement.Parse(await Tool.VirshAsync("dumpxml", name, "--inactive"));
            vms.Add(copy);
            foreach (var disk in saved.Guest.Disks)
            {
                var path = copy.Descendants("disk").Single(d => d.Element("target")!.Attribute("dev")!.Value == disk.Target)
                    .Element("source")!.Attribute("file")!.Value;
                Assert.Equal(folder, Path.GetDirectoryName(path));
                await Tool.RunAsync("qemu-img", "compare", "-f", disk.Format, "-F", disk.Format, disk.Path, path);
            }

            await Guest.RemoveAsync(name);
        }

        // Of all absolute paths only what is read by everybody may be named twice.
        string[] common = [host.Kernel, host.Initramfs, "/usr/bin/qemu-system-x86_64", "/dev/urandom"];
        var paths = vms.Select(v => v.DescendantsAndSelf().SelectMany(e => e.Attributes().Select(a => a.Value).Append(e.HasElements ? "" : e.Value))
            .Where(t => t.StartsWith('/')).Except(common).ToHashSet()).ToList();
        Assert.Equal(paths.Sum(p => p.Count), paths.SelectMany(p => p).Distinct().Count());
        Assert.Equal(3, vms.Select(v => v.Element("uuid")!.Value).Distinct().Count());
        Assert.Equal(3, vms.SelectMany(v => v.Descendants("mac")).Select(m => m.Attribute("address")!.Value).Distinct().Count());
    }

    private static async Task NothingWasMadeAsync(string name, string folder, int files = 0)
    {
        Assert.NotEqual(0, (await Tool.TryVirshAsync("dominfo", name)).ExitCode);
        var found = Directory.EnumerateFileSystemEntries(folder)
            .Where(f => Path.GetExtension(f) is not (".xml" or ".log")).ToList();
        Assert.True(found.Count == files, string.Join(' ', found));
    }
}
