using Holdfast.EndToEnd.Tests.Harness;
using Holdfast.Protection.Node;

namespace Holdfast.EndToEnd.Tests.Restore;

/// <summary>A VM is put back in place: all of its disks, or none, whatever happens in between.</summary>
public sealed class InPlaceTests(Host host)
{
    public static TheoryData<string> Gates => [.. Enum.GetValues<Effect>()
        .Where(e => e >= Effect.WriteRestoreJournal && e is not (Effect.StartDomain or Effect.DefineDomain))
        .SelectMany(e => new[] { $"{e}:before", $"{e}:after" })];

    [Fact]
    public async Task A_running_vm_is_not_restored_over()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(guest);

        Assert.NotEmpty((await node.RunAsync("restore", guest.Name, "--in-place")).FaultCode);
        Assert.Equal("running", await guest.StateAsync());
    }

    [Fact]
    public async Task A_vm_restored_in_place_has_its_old_files_and_its_next_backup_says_why_it_reads_everything()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.TwoDisks);
        var node = await Node.CreateAsync(host);
        await guest.Agent.WriteFilesAsync("/data/kept", 4, 256);
        var sums = await guest.Agent.ChecksumsAsync("/data");
        var first = await node.BackUpAsync(guest);
        await guest.Agent.RunAsync("rm -r /data/kept; echo ransom >/data/note; sync");
        await guest.ShutdownAsync();

        (await node.RunAsync("restore", guest.Name, "--in-place")).Succeeded();

        await guest.StartAsync();
        Assert.Equal(sums, await guest.Agent.ChecksumsAsync("/data"));
        var next = await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();
        Assert.Equal("full", next.Mode("vda"));
        Assert.NotNull(next.Reason("vda"));
        Assert.True(next.StoredBytes < first.StoredBytes / 2, $"{next.StoredBytes} after {first.StoredBytes}");
        Assert.Equal("incremental", (await node.BackUpAsync(guest)).Mode("vda"));
    }

    [Theory]
    [MemberData(nameof(Gates))]
    public async Task An_in_place_restore_killed_at_any_effect_leaves_all_disks_or_none(string gate)
    {
        await using var guest = await Guest.DefineAsync(
            host, new GuestSpec(new DiskSpec("vda") { SizeMiB = 16 }, new DiskSpec("vdb") { SizeMiB = 16 }));
        var node = await Node.CreateAsync(host);
        await FillAsync(guest, "0x11");
        var run = (await node.RunAsync("backup", guest.Name)).Backup;
        await FillAsync(guest, "0x22");

        Assert.True(await node.RunUntilKilledAsync(gate, "restore", guest.Name, "--in-place", "--point", run.Point), $"{gate} was not reached");

        // The next start of the node finishes or undoes what was begun.
        (await node.RunAsync("vm", "list")).Succeeded();
        var patterns = new List<string>();
        foreach (var disk in guest.Disks)
            patterns.Add(await PatternAsync(disk));
        Assert.Single(patterns.Distinct());
        Assert.Contains(patterns[0], (string[])["0x11", "0x22"]);

        (await node.RunAsync("restore", guest.Name, "--in-place", "--point", run.Point)).Succeeded();
        foreach (var disk in guest.Disks)
            Assert.Equal("0x11", await PatternAsync(disk));
        Assert.Equal(guest.Disks.Select(d => d.Path).Order(), Directory.EnumerateFiles(guest.Folder, "*.qcow2").Order());
    }

    private static async Task FillAsync(Guest guest, string pattern)
    {
        foreach (var disk in guest.Disks)
            await Tool.RunAsync("qemu-io", "-f", "qcow2", "-c", $"write -P {pattern} 0 16M", disk.Path);
    }

    private static async Task<string> PatternAsync(GuestDisk disk)
    {
        foreach (var pattern in (string[])["0x11", "0x22"])
        {
            var read = await Tool.TryAsync("qemu-io", ["-f", "qcow2", "-c", $"read -P {pattern} 0 16M", disk.Path]);
            if (read.ExitCode == 0 && !read.Output.Contains("failed", StringComparison.Ordinal))
                return pattern;
        }

        return "neither";
    }
}
