using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Backup;

/// <summary>The guest comes first: scratch space and vault space run out without harm to it.</summary>
public sealed class ScratchTests(Host host)
{
    [Fact]
    public async Task A_guest_writing_hard_against_a_small_scratch_folder_keeps_running_without_a_write_error()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        await guest.Agent.WriteFilesAsync("/data/old", 1, 80 << 10);
        await using var scratch = await SmallFileSystem.MountAsync(host, mebibytes: 48);
        var node = await Node.CreateAsync(host);
        node.Environment["HOLDFAST_SCRATCH"] = scratch.Folder;
        await using var process = await node.StartPausedAsync("Transfer:before", "backup", guest.Name);

        // What the job has frozen is copied to the scratch file before it is overwritten.
        await guest.Agent.RunAsync("dd if=/dev/urandom of=/data/old/f0 bs=64k count=1200 conv=notrunc,fsync 2>&1");

        process.Resume();
        await process.EndAsync();
        Assert.Equal("running", await guest.StateAsync());
        Assert.DoesNotContain("I/O error", guest.ConsoleLog(), StringComparison.Ordinal);
        await guest.Agent.RunAsync("echo 3 >/proc/sys/vm/drop_caches; sha256sum /data/old/f0; sync");
        Assert.False(await guest.HasBackupJobAsync());
    }

    [Fact]
    public async Task A_scratch_folder_that_qemu_cannot_write_is_told()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        var closed = Path.Combine(node.Folder, "closed");
        Directory.CreateDirectory(Path.Combine(closed, "scratch"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        node.Environment["HOLDFAST_SCRATCH"] = Path.Combine(closed, "scratch");

        var result = await node.RunAsync("backup", guest.Name);

        Assert.NotEmpty(result.FaultCode);
        Assert.False(await guest.Agent.IsFrozenAsync());
        Assert.Empty(await guest.CheckpointsAsync());
    }

    [Fact]
    public async Task A_full_vault_fails_the_run_and_keeps_the_earlier_points()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        await using var small = await SmallFileSystem.MountAsync(host, mebibytes: 24);
        var node = Node.Unconnected(host);
        node.Environment["HOLDFAST_VAULT"] = Path.Combine(small.Folder, "vault");
        (await node.RunAsync("vault", "init", "--recovery-key-file", Path.Combine(node.Folder, "recovery-key"))).Succeeded();
        var first = await node.BackUpAsync(guest);
        await guest.Agent.WriteFilesAsync("/data/much", 1, 60 << 10);

        var result = await node.RunAsync("backup", guest.Name);

        Assert.NotEmpty(result.FaultCode);
        Assert.Equal([first.Point], await node.PointsAsync(guest.Name));
        Assert.False(await guest.HasBackupJobAsync());
        await node.RestoreDisksAsync(guest.Name, first.Point);
    }
}
