using System.Globalization;
using Holdfast.EndToEnd.Tests.Harness;
using Holdfast.Protection.Node;

namespace Holdfast.EndToEnd.Tests.Crashes;

/// <summary>What may happen to a VM between two backups, drawn from a seeded source.</summary>
internal sealed class RandomEvents(BareVm vm, Node node, Random random, List<string> log)
{
    private const int OverlaysMax = 3;

    private static readonly Effect[] Effects =
    [
        Effect.WriteRunRecord, Effect.OpenSession, Effect.CreateScratch, Effect.BackupBegin, Effect.Transfer, Effect.StoreConfiguration,
        Effect.CommitPoint, Effect.EndJob, Effect.DropOldCheckpoint, Effect.RemoveScratch, Effect.RemoveRunRecord,
    ];

    private readonly Dictionary<string, int> _sizesKib = vm.Disks.ToDictionary(d => d.Target, d => d.Target == "vda" ? 32 << 10 : 24 << 10);
    private int _overlays;
    private int _next;
    private bool _isJobLeft;

    /// <summary>Whether the VM runs.</summary>
    public bool IsRunning { get; private set; } = true;

    /// <summary>A backup has run: what a killed one left is gone.</summary>
    public void BackedUp() => _isJobLeft = false;

    /// <summary>Lets one thing happen that can happen now.</summary>
    public Task HappenAsync()
    {
        List<Func<Task>> possible = [WriteAsync, WriteAsync, WriteAsync];
        if (!IsRunning)
            return OneOf([.. possible, StartAsync, StartAsync]);
        possible.AddRange([DiscardAsync, DiscardAsync, StopAsync, KillQemuAsync]);
        // With the job of a dead run on it, libvirt lets nobody change the VM's disks; the next backup ends it.
        if (!_isJobLeft)
            possible.AddRange([KillBackupAsync, KillBackupAsync, GrowAsync, SnapshotInsideAsync]);
        if (!_isJobLeft && _overlays < OverlaysMax)
            possible.Add(SnapshotAsync);
        if (!_isJobLeft && _overlays > 0)
            possible.AddRange([CommitAsync, PullAsync]);
        return OneOf(possible);
    }

    private Task OneOf(List<Func<Task>> possible) => possible[random.Next(possible.Count)]();

    private async Task WriteAsync()
    {
        var (target, at, length) = Range();
        var value = (byte)random.Next(1, 256);
        Say($"write {value} to {target} at {at}K, {length}K");
        if (IsRunning)
        {
            await vm.WriteAsync(target, at, length, value).ConfigureAwait(false);
            return;
        }

        var disk = (await vm.PresentDisksAsync().ConfigureAwait(false)).Single(d => d.Target == target);
        await BareVm.WriteImageAsync(disk.Path, disk.Format, at, length, value).ConfigureAwait(false);
    }

    private Task DiscardAsync()
    {
        var (target, at, length) = Range();
        Say($"discard {target} at {at}K, {length}K");
        return vm.DiscardAsync(target, at, length);
    }

    private async Task GrowAsync()
    {
        var target = Target();
        // Odd sizes, so that the last chunk isn't whole.
        _sizesKib[target] += random.Next(1, 300);
        Say($"grow {target} to {_sizesKib[target]}K");
        await Tool.VirshAsync("blockresize", vm.Name, target, _sizesKib[target].ToString(CultureInfo.InvariantCulture) + "K").ConfigureAwait(false);
    }

    private Task StartAsync()
    {
        Say("start");
        IsRunning = true;
        return vm.StartAsync();
    }

    private Task StopAsync()
    {
        Say("stop");
        (IsRunning, _isJobLeft) = (false, false);
        return vm.StopAsync();
    }

    private Task KillQemuAsync()
    {
        Say("kill QEMU");
        (IsRunning, _isJobLeft) = (false, false);
        return vm.Guest.KillQemuAsync();
    }

    private async Task KillBackupAsync()
    {
        var gate = $"{Effects[random.Next(Effects.Length)]}:{(random.Next(2) == 0 ? "before" : "after")}";
        Say($"kill a backup at {gate}");
        await node.RunUntilKilledAsync(gate, "backup", vm.Name, "--consistency", "crash").ConfigureAwait(false);
        _isJobLeft = await vm.Guest.HasBackupJobAsync().ConfigureAwait(false);
    }

    private async Task SnapshotAsync()
    {
        _overlays++;
        Say("external snapshot");
        await Tool.VirshAsync("snapshot-create-as", vm.Name, Name(), "--disk-only", "--no-metadata").ConfigureAwait(false);
    }

    private async Task SnapshotInsideAsync()
    {
        Say("internal snapshot");
        await Tool.VirshAsync("snapshot-create-as", vm.Name, Name()).ConfigureAwait(false);
    }

    private async Task CommitAsync()
    {
        _overlays = 0;
        Say("blockcommit");
        foreach (var disk in vm.Disks)
            await Tool.VirshAsync("blockcommit", vm.Name, disk.Target, "--active", "--wait", "--pivot").ConfigureAwait(false);
    }

    private async Task PullAsync()
    {
        _overlays = 0;
        Say("blockpull");
        foreach (var disk in vm.Disks)
            await Tool.VirshAsync("blockpull", vm.Name, disk.Target, "--wait").ConfigureAwait(false);
    }

    private string Target() => vm.Disks[random.Next(vm.Disks.Count)].Target;

    private (string Target, int AtKib, int Kib) Range()
    {
        var target = Target();
        var length = random.Next(1, random.Next(2) == 0 ? 16 : 3000);
        return (target, random.Next(_sizesKib[target] - length), length);
    }

    private string Name() => string.Create(CultureInfo.InvariantCulture, $"s{++_next}");

    private void Say(string what) => log.Add("  " + what);
}
