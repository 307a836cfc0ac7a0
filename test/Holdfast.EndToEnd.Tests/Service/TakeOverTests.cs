using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>
/// Two nodes on one PostgreSQL and one store: node a is a process of its own that dies or stands still in mid-backup; node b, in this
/// process, takes its work over.
/// </summary>
public sealed class TakeOverTests(Host host, PostgresServer postgres)
{
    private static readonly DiskSpec[] TwoDisks = [new("vda") { SizeMiB = 64 }, new("vdb") { SizeMiB = 32 }];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("BackupBegin:after", 2)]
    [InlineData("CommitPoint:before", 2)]
    [InlineData("CommitPoint:after", 3)]
    public async Task The_backup_of_a_killed_node_is_taken_over_and_the_chain_is_intact(string gate, int points)
    {
        await using var vm = await BareVm.StartAsync(host, TwoDisks);
        await using var pool = await Pool.CreateAsync(host);
        await using var pair = await NodePair.CreateAsync(host, postgres, vm.Name);
        await vm.WriteRandomAsync("vda", 4096, 512);
        await pair.B.LetOnlyAsync("a");
        var operation = await pair.B.Get<BackupRequests>().TriggerAsync(await pair.B.ItemAsync(vm.Name), null, null, Ct);
        await using (var a = pair.StartA(new() { ["HOLDFAST_TEST_STOP_AT"] = gate }))
            Assert.Equal(128 + 9, (await a.EndAsync()).ExitCode);
        await pair.B.LetOnlyAsync("b");

        var job = await pair.B.EndedAsync(operation);
        AssertDone(job);
        Assert.Equal(2, job.Attempts);
        Assert.False(await vm.Guest.HasBackupJobAsync());
        Assert.Equal("running", await vm.Guest.StateAsync());
        var listed = await pair.B.PointsAsync(vm.Name);
        Assert.Equal(points, listed.Count);
        Assert.EndsWith(listed[0].Row.PointId.ToString("N"), Assert.Single(await vm.Guest.CheckpointsAsync()), StringComparison.Ordinal);
        await vm.StopAsync();
        var files = await pair.B.RestoreAsync(
            vm.Name, listed[0], new RestoreSpec(RestoreKind.RestoreDisks) { StorageAccountId = pair.B.PoolId(pool.Name) });
        AssertDone(files);
        foreach (var disk in vm.Disks)
        {
            await Tool.RunAsync("qemu-img", "compare", disk.Path, Assert.Single(
                Directory.GetFiles(Path.Combine(pool.Path, files.Properties["Config Blob Container Name"]), $"*-{disk.Target}.qcow2")));
        }
    }

    [Fact]
    public async Task A_node_that_stood_still_and_wakes_up_after_the_take_over_commits_nothing()
    {
        await using var vm = await BareVm.StartAsync(host, TwoDisks);
        await using var pair = await NodePair.CreateAsync(host, postgres, vm.Name);
        await pair.B.LetOnlyAsync("a");
        var operation = await pair.B.Get<BackupRequests>().TriggerAsync(await pair.B.ItemAsync(vm.Name), null, null, Ct);
        var pause = Path.Combine(host.NewFolder("pause"), "file");
        await using var a = pair.StartA(new() { ["HOLDFAST_TEST_PAUSE_AT"] = "CommitPoint:before", ["HOLDFAST_TEST_PAUSE_FILE"] = pause });
        await Eventually.TrueAsync("node a is about to commit", () => File.Exists(pause) || a.HasEnded);
        await a.SignalAsync("STOP");
        await pair.B.LetOnlyAsync("b");
        AssertDone(await pair.B.EndedAsync(operation));
        Assert.Equal(2, (await pair.B.PointsAsync(vm.Name)).Count);

        File.Delete(pause);
        await a.SignalAsync("CONT");
        // It ends when what it runs has ended.
        await a.SignalAsync("INT");
        await a.EndAsync();
        Assert.Equal(2, (await pair.B.PointsAsync(vm.Name)).Count);
        AssertDone(await pair.B.BackUpAsync(vm.Name));
        Assert.Equal(3, (await pair.B.PointsAsync(vm.Name)).Count);
    }

    [Fact]
    public async Task A_guest_that_is_left_frozen_by_a_dead_node_and_its_dead_guard_is_thawed_by_the_other_node()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        await using var pair = await NodePair.CreateAsync(host, postgres, guest.Name);
        await pair.B.LetOnlyAsync("a");
        var operation = await pair.B.Get<BackupRequests>().TriggerAsync(await pair.B.ItemAsync(guest.Name), null, null, Ct);
        var pause = Path.Combine(host.NewFolder("pause"), "file");
        await using var a = pair.StartA(new() { ["HOLDFAST_TEST_PAUSE_AT"] = "Freeze:after", ["HOLDFAST_TEST_PAUSE_FILE"] = pause });
        await Eventually.TrueAsync("node a has frozen the guest", () => File.Exists(pause) || a.HasEnded);
        var guard = await a.GuardAsync();
        await a.SignalAsync("STOP");
        await Tool.SignalAsync("KILL", guard);
        await a.SignalAsync("KILL");
        Assert.True(await guest.Agent.IsFrozenAsync());
        await pair.B.LetOnlyAsync("b");

        await Eventually.TrueAsync("the guest is thawed", async () => !await guest.Agent.IsFrozenAsync(), 60);
        AssertDone(await pair.B.EndedAsync(operation));
        Assert.Equal(2, (await pair.B.PointsAsync(guest.Name)).Count);
    }

    private static void AssertDone(JobRow job) =>
        Assert.True(job.Status is JobStatus.Completed or JobStatus.CompletedWithWarnings, $"{job.Status}: {job.Error}");
}
