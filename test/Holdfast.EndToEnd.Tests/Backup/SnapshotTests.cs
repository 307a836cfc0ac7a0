using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Backup;

/// <summary>Backing chains, snapshots, block jobs and other kinds of qcow2: the point equals an independent read, or a named fault says why not.</summary>
public sealed class SnapshotTests(Host host)
{
    [Fact]
    public async Task A_linked_clone_is_backed_up_with_what_its_base_holds()
    {
        await using var guest = await Guest.DefineAsync(host, GuestSpec.OneDisk);
        var overlay = Path.Combine(guest.Folder, "overlay.qcow2");
        await Tool.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", "-b", guest.Disks[0].Path, "-F", "qcow2", overlay);
        await guest.RedefineAsync([new GuestDisk("vda", overlay, "qcow2")]);
        await guest.StartAsync();
        var node = await Node.CreateAsync(host);
        await guest.Agent.WriteFilesAsync("/data/clone", 2, 512);
        await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();
        await guest.Agent.WriteFilesAsync("/data/clone2", 2, 512);

        Assert.Equal("incremental", (await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync()).Mode("vda"));
    }

    [Fact]
    public async Task After_an_external_snapshot_and_after_its_commit_the_points_are_right()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        await guest.Agent.WriteFilesAsync("/data/a", 2, 512);
        await node.BackUpAsync(guest);
        // libvirt itself may refuse a snapshot while checkpoints exist; then there is nothing to test here but that it does.
        var snapshot = await Tool.TryVirshAsync("snapshot-create-as", guest.Name, "s1", "--disk-only", "--no-metadata");
        if (snapshot.ExitCode != 0)
        {
            Assert.Contains("checkpoint", snapshot.Errors, StringComparison.OrdinalIgnoreCase);
            return;
        }

        await guest.Agent.WriteFilesAsync("/data/b", 2, 512);
        await EqualOrFaultAsync(node, guest);
        var commit = await Tool.TryVirshAsync("blockcommit", guest.Name, "vda", "--active", "--pivot", "--wait");
        await guest.Agent.WriteFilesAsync("/data/c", 2, 512);
        await EqualOrFaultAsync(node, guest);
        Assert.True(commit.ExitCode == 0 || commit.Errors.Length > 0);
    }

    [Fact]
    public async Task After_a_blockpull_the_point_is_right()
    {
        await using var guest = await Guest.DefineAsync(host, GuestSpec.OneDisk);
        var overlay = Path.Combine(guest.Folder, "overlay.qcow2");
        await Tool.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", "-b", guest.Disks[0].Path, "-F", "qcow2", overlay);
        await guest.RedefineAsync([new GuestDisk("vda", overlay, "qcow2")]);
        await guest.StartAsync();
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(guest);
        await Tool.TryVirshAsync("blockpull", guest.Name, "vda", "--wait");
        await guest.Agent.WriteFilesAsync("/data/pulled", 2, 512);

        await EqualOrFaultAsync(node, guest);
    }

    [Theory]
    [InlineData("cluster_size=4k")]
    [InlineData("cluster_size=2M")]
    [InlineData("extended_l2=on,cluster_size=128k")]
    [InlineData("lazy_refcounts=on")]
    public async Task Other_kinds_of_qcow2_are_backed_up_incrementally(string options)
    {
        await using var guest = await Guest.BootAsync(host, new GuestSpec(DiskSpec.Ext4("vda") with { CreateOptions = options }));
        var node = await Node.CreateAsync(host);
        await guest.Agent.WriteFilesAsync("/data/a", 2, 512);
        await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();
        await guest.Agent.WriteFilesAsync("/data/b", 2, 512);

        Assert.Equal("incremental", (await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync()).Mode("vda"));
    }

    [Fact]
    public async Task An_old_qcow2_that_cannot_be_tracked_is_read_whole_and_the_run_says_so()
    {
        await using var guest = await Guest.BootAsync(host, new GuestSpec(DiskSpec.Ext4("vda") with { CreateOptions = "compat=0.10" }));
        var node = await Node.CreateAsync(host);
        await EqualOrFaultAsync(node, guest);
        var run = await EqualOrFaultAsync(node, guest);

        if (run is not null)
        {
            Assert.Equal("full", run.Mode("vda"));
            Assert.NotNull(run.Reason("vda"));
        }
    }

    [Fact]
    public async Task After_an_internal_snapshot_the_point_is_right()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(guest);
        await Tool.TryVirshAsync("snapshot-create-as", guest.Name, "inside");
        await guest.Agent.WriteFilesAsync("/data/inside", 2, 512);

        await EqualOrFaultAsync(node, guest);
    }

    [Fact]
    public async Task A_vm_that_was_saved_and_resumed_is_backed_up_right()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        await guest.Agent.WriteFilesAsync("/data/before", 2, 512);
        await node.BackUpAsync(guest);
        await Tool.VirshAsync("managedsave", guest.Name);
        await guest.StartAsync();
        await guest.Agent.WriteFilesAsync("/data/after", 2, 512);

        await EqualOrFaultAsync(node, guest);
    }

    [Fact]
    public async Task A_renamed_vm_keeps_its_points()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        var first = await node.BackUpAsync(guest);
        await guest.ShutdownAsync();
        if ((await Tool.TryVirshAsync("domrename", guest.Name, guest.Name + "x")).ExitCode == 0)
            await Tool.VirshAsync("domrename", guest.Name + "x", guest.Name);
        foreach (var checkpoint in await guest.CheckpointsAsync())
            await Tool.VirshAsync("checkpoint-delete", guest.Name, checkpoint, "--metadata");
        await guest.RenameAsync(guest.Name + "-renamed");
        await guest.StartAsync();

        var run = await EqualOrFaultAsync(node, guest);

        Assert.NotNull(run);
        Assert.Equal([first.Point, run.Point], await node.PointsAsync(guest.Name));
    }

    [Fact]
    public async Task A_vm_undefined_and_defined_again_keeps_its_points_and_is_read_right()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        var first = await node.BackUpAsync(guest);
        await guest.ShutdownAsync();
        await Tool.VirshAsync("undefine", guest.Name, "--checkpoints-metadata");
        await guest.RedefineAsync();
        await guest.StartAsync();
        await guest.Agent.WriteFilesAsync("/data/again", 2, 512);

        var run = await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();

        Assert.Equal([first.Point, run.Point], await node.PointsAsync(guest.Name));
        Assert.Single(await guest.LiveBitmapsAsync("vda"), b => b.StartsWith("holdfast-", StringComparison.Ordinal));
    }

    // What the cases above may end in: a point that equals the independent read, or a fault with a name.
    private static async Task<BackupRun?> EqualOrFaultAsync(Node node, Guest guest)
    {
        var probe = await node.RunAsync("backup", guest.Name);
        if (probe.Json.TryGetProperty("results", out var results) && results[0].GetProperty("outcome").GetString() != "failed")
            return await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();
        Assert.NotEmpty(probe.FaultCode);
        return null;
    }
}
