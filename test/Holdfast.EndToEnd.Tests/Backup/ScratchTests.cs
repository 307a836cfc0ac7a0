using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Backup;

/// <summary>The guest comes first: scratch space and vault space run out without harm to it.</summary>
public sealed class ScratchTests(Host host)
{
    [Fact]
    public async Task A_guest_writing_hard_against_a_small_scratch_folder_keeps_running_without_a_write_error()
    {
        // Before the VM: QEMU lives in a mount namespace of its own, and doesn't see what is mounted later.
        await using var scratch = await SmallFileSystem.MountAsync(host, mebibytes: 48);
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        await guest.Agent.WriteFilesAsync("/data/old", 1, 80 << 10);
        var node = await Node.CreateAsync(host);
        node.Environment["HOLDFAST_SCRATCH"] = scratch.Folder;
        await using var process = await node.StartPausedAsync("Transfer:before", "backup", guest.Name, "--limit-read", "256K");
        process.Resume();

        // What the job has frozen is copied to the scratch file before it is overwritten.
        await guest.Agent.RunAsync("dd if=/dev/urandom of=/data/old/f0 bs=64k count=1200 conv=notrunc,fsync 2>&1");

        var ended = await process.EndAsync();
        Assert.Equal("HoldfastScratchReserveReached", ended.FaultCode);
        Assert.Equal("running", await guest.StateAsync());
        Assert.DoesNotContain("I/O error", guest.ConsoleLog(), StringComparison.Ordinal);
        await guest.Agent.RunAsync("echo 3 >/proc/sys/vm/drop_caches; sha256sum /data/old/f0; sync");
        Assert.False(await guest.HasBackupJobAsync());
        Assert.Empty(await guest.CheckpointsAsync());
    }

    [Fact]
    public async Task A_full_vault_fails_the_run_and_keeps_the_earlier_points()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 64 });
        await using var small = await SmallFileSystem.MountAsync(host, mebibytes: 24);
        var node = Node.Unconnected(host);
        node.Environment["HOLDFAST_VAULT"] = Path.Combine(small.Folder, "vault");
        (await node.RunAsync("vault", "init", "--recovery-key-file", Path.Combine(node.Folder, "recovery-key"))).Succeeded();
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        var first = await vm.BackUpAsync(node);
        await vm.WriteRandomAsync("vda", 4 << 10, 48 << 10);

        var result = await vm.TryBackUpAsync(node);

        Assert.Equal("HoldfastVaultFull", result.FaultCode);
        Assert.Equal([first.Point], await node.PointsAsync(vm.Name));
        Assert.False(await vm.Guest.HasBackupJobAsync());
        Assert.Single(await vm.OurBitmapsAsync("vda"));
        await node.RestoreDisksAsync(vm.Name, first.Point);
    }

    /// <summary>QEMU 7.2 dies of an assertion if it is asked for its block nodes while it makes a qcow2 file: so it makes none.</summary>
    [Fact]
    public async Task Scratch_files_are_made_before_the_job_begins_and_a_vm_that_is_looked_at_outlives_its_backups()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 16 }, new DiskSpec("vdb") { SizeMiB = 16 });
        var node = await Node.CreateAsync(host);
        node.Environment["HOLDFAST_SCRATCH"] = host.NewFolder("scratch");
        await using (var process = await node.StartPausedAsync("BackupBegin:before", "backup", vm.Name, "--consistency", "crash"))
        {
            var made = Directory.EnumerateFiles(node.Environment["HOLDFAST_SCRATCH"], "*", SearchOption.AllDirectories).Order().ToList();
            Assert.Equal(["vda.scratch.qcow2", "vdb.scratch.qcow2"], made.Select(Path.GetFileName));
            process.Resume();
            Assert.Equal(0, (await process.EndAsync()).ExitCode);
        }

        using var over = new CancellationTokenSource();
        var looks = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
                await Tool.VirshAsync("domblkinfo", vm.Name, "vdb");
        });
        for (var i = 0; i < 6; i++)
            Assert.Equal("incremental", (await vm.BackUpAsync(node)).Mode("vda"));
        await over.CancelAsync();
        await looks;

        Assert.Equal("running", await vm.Guest.StateAsync());
    }
}
