using System.Diagnostics;
using System.Text;

namespace Holdfast.Vault.Tests;

/// <summary>
/// Runs a vault on a simulated store and clock: backups, deletions, garbage collections, checks and restores side by side, which die, stand still for
/// days, or meet errors at any call to the store. Everything is chosen by one seed. After every step all points are compared with the model.
/// </summary>
internal sealed class VaultSimulation
{
    private const string Passphrase = "simulated";
    private const int StandingMax = 3;

    private readonly Random _random;
    private readonly SimulatedStore _store = new();
    private readonly SimulatedTime _time = new();
    private readonly SimulatedModel _model;
    private readonly SourceId[] _sources = [SourceId.New(), SourceId.New(), SourceId.New()];
    private readonly List<(string What, SimulatedProcess Process, Task Work)> _standing = [];
    private readonly StringBuilder _log = new();

    public VaultSimulation(int seed)
    {
        (Seed, _random) = (seed, new Random(seed));
        _model = new SimulatedModel(_random);
    }

    public int Seed { get; }

    /// <summary>How often each thing happened.</summary>
    public SortedDictionary<string, int> Happened { get; } = new(StringComparer.Ordinal);

    public async Task RunAsync(int steps)
    {
        try
        {
            await BackupVault.InitAsync(
                new SimulatedProcess(_store), new VaultInitOptions { Passphrase = Passphrase, Iterations = 10_000, TimeProvider = _time }, default);
            for (var i = 0; i < steps; i++)
            {
                await StepAsync();
            }

            await EndAsync();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Seed {Seed} fails: {e.Message}\n{_log}", e);
        }
    }

    private async Task StepAsync()
    {
        if (_standing.Count > 0 && (_standing.Count > StandingMax || _random.Next(4) == 0))
        {
            await ResumeAsync(_standing[_random.Next(_standing.Count)]);
        }
        else if (_random.Next(8) == 0)
        {
            var hours = _random.Next(3) == 0 ? 48 : _random.Next(1, 30);
            _log.AppendLine($"{hours} h go by");
            _time.Advance(TimeSpan.FromHours(hours));
        }

        if (_random.Next(15) == 0)
        {
            var by = TimeSpan.FromHours(_random.Next(-300, 300));
            _log.AppendLine($"the clock jumps by {by}");
            _time.Jump(by);
        }

        var fault = _random.Next(13) switch
        {
            0 => SimulatedFault.CrashBefore,
            1 => SimulatedFault.CrashAfter,
            2 => SimulatedFault.ReplyLost,
            3 => SimulatedFault.InputOutputError,
            4 or 5 or 6 => SimulatedFault.Pause,
            7 => SimulatedFault.Throttled,
            8 => SimulatedFault.NoSpace,
            9 => SimulatedFault.Slow,
            _ => SimulatedFault.None,
        };
        var process = new SimulatedProcess(_store, fault, _random.Next(_random.Next(4) == 0 ? 15 : 1, _random.Next(3) == 0 ? 400 : 90), _time);
        var isFull = _random.Next(12) == 0;
        _store.CapacityBytes = isFull ? _store.UsedBytes + _random.Next(2000) : long.MaxValue;
        var (what, act) = Choose();
        await ActAsync($"{what}{(isFull ? " (store full)" : "")}", process, act);
        _store.CapacityBytes = long.MaxValue;
        await CheckAsync();
    }

    private (string What, Func<SimulatedProcess, Random, Task> Act) Choose()
    {
        var kind = _random.Next(20);
        var source = _sources[_random.Next(_sources.Length)];
        return kind switch
        {
            < 8 => ("backup", (p, r) => BackUpAsync(p, source, r)),
            < 12 => ("delete", (p, r) => DeleteAsync(p, source, r)),
            < 17 => ("gc", CollectAsync),
            < 18 => ("verify", VerifyAsync),
            _ => ("restore", RestoreAsync),
        };
    }

    private async Task ActAsync(string what, SimulatedProcess process, Func<SimulatedProcess, Random, Task> act)
    {
        var random = new Random(_random.Next());
        var work = Task.Run(() => act(process, random));
        await Task.WhenAny(work, process.Paused);
        if (!work.IsCompleted)
        {
            _log.AppendLine($"{what} stands still");
            Count(what + " standing still");
            _standing.Add((what, process, work));
            return;
        }

        await EndOfAsync(what, process, work);
    }

    private async Task ResumeAsync((string What, SimulatedProcess Process, Task Work) standing)
    {
        _standing.Remove(standing);
        standing.Process.Resume();
        await EndOfAsync(standing.What + " resumed", standing.Process, standing.Work);
        await CheckAsync();
    }

    private async Task EndOfAsync(string what, SimulatedProcess process, Task work)
    {
        try
        {
            await work.WaitAsync(TimeSpan.FromMinutes(2));
            _log.AppendLine($"{what}: done{(process.Struck ? ", in spite of " + process.Fault : "")}");
            Count($"{what}: done");
        }
        catch (VaultException e) when (e.Kind != VaultErrorKind.Damaged)
        {
            _log.AppendLine($"{what}: {e.Kind} ({process.Fault}{(process.Struck ? "" : ", not reached")}): {e.Message}");
            Count($"{what}: {e.Kind}");
        }
    }

    private Task<BackupVault> OpenAsync(IObjectStore process) => BackupVault.OpenAsync(
        process, VaultCredential.FromPassphrase(Passphrase),
        new VaultOpenOptions
        {
            TimeProvider = _time, Parallelism = 2, PackBytesTarget = 3000, IndexSegmentEntriesMax = 12, BufferBytesMax = 1 << 20,
            Writer = new WriterIdentity("simulated", "another boot", "", 1, ""),
        },
        default);

    private async Task BackUpAsync(SimulatedProcess process, SourceId source, Random random)
    {
        await using var vault = await OpenAsync(process);
        var points = await vault.ListPointsAsync(source, default);
        var before = points.Count > 0 && random.Next(4) > 0 ? points[random.Next(3) == 0 ? random.Next(points.Count) : ^1] : null;
        await using var session = await vault.OpenSessionAsync(source, default);
        var disk = before is null ? new int[SimulatedModel.Chunks] : (int[])_model.DiskOf(before.PointId)!.Clone();
        var changed = new SortedSet<int>(Enumerable.Range(0, random.Next(1, before is null ? 60 : 20)).Select(_ => random.Next(SimulatedModel.Chunks)));
        var writer = session.BeginDisk(new DiskSpec("vda", SimulatedModel.DiskBytes, SimulatedModel.ChunkBytes, "id"), before?.Disks[0]);
        foreach (var i in changed)
        {
            disk[i] = SimulatedModel.AnyContent(random);
            var buffer = vault.RentChunk(SimulatedModel.ChunkBytes);
            _model.Content(disk[i]).CopyTo(buffer.Memory);
            await writer.WriteChunkAsync(i, buffer, default);
        }

        await writer.CompleteAsync(default);
        _model.Try(session.PointId, disk);
        await session.CommitAsync("{}"u8.ToArray(), _time.GetUtcNow(), default);
        _model.Committed(session.PointId);
    }

    private async Task DeleteAsync(SimulatedProcess process, SourceId source, Random random)
    {
        await using var vault = await OpenAsync(process);
        var points = await vault.ListPointsAsync(source, default);
        if (points.Count > 0)
        {
            var point = points[random.Next(points.Count)].PointId;
            _model.TryDelete(point);
            await vault.DeletePointAsync(source, point, default);
            _model.Deleted(point);
        }
    }

    private async Task CollectAsync(SimulatedProcess process, Random random)
    {
        await using var vault = await OpenAsync(process);
        await vault.CollectGarbageAsync(
            new GcOptions
            {
                Grace = random.Next(4) == 0 ? TimeSpan.FromHours(24) : TimeSpan.Zero,
                RepackBelow = random.Next(3) switch { 0 => 0.7, 1 => 1, _ => 0.3 },
                RepackBudget = random.Next(2) == 0 ? 0.1 : 1,
                DeadSessions = new DeadSessionOptions { WatchHeartbeats = random.Next(5) > 0, Observations = 3 },
            },
            null, default);
    }

    private async Task VerifyAsync(SimulatedProcess process, Random random)
    {
        await using var vault = await OpenAsync(process);
        var certain = _model.Snapshot().Certain;
        var points = await vault.ListPointsAsync(null, default);
        var report = await vault.VerifyAsync(points, null, default);
        // Points that were deleted meanwhile may have lost something by now.
        var still = _model.Snapshot().Certain;
        Require(report.DamagedPacks.Count == 0, $"packs are called damaged: {string.Join(' ', report.DamagedPacks)}");
        Require(!report.PointsConcerned.Any(p => certain.Contains(p) && still.Contains(p)), "a point is called damaged");
    }

    private async Task RestoreAsync(SimulatedProcess process, Random random)
    {
        await using var vault = await OpenAsync(process);
        var points = await vault.ListPointsAsync(null, default);
        if (points.Count > 0)
        {
            var point = points[random.Next(points.Count)];
            try
            {
                await CompareAsync(vault, point);
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged && !_model.Snapshot().Certain.Contains(point.PointId))
            {
                Count("restore of a point that was deleted meanwhile");
            }
        }
    }

    /// <summary>What is committed is there, whole, whatever else is going on; what was deleted isn't.</summary>
    private async Task CheckAsync()
    {
        var (certain, _) = _model.Snapshot();
        await using var vault = await OpenAsync(new SimulatedProcess(_store));
        var points = await vault.ListPointsAsync(null, default);
        var (_, possible) = _model.Snapshot();
        var unreadable = await vault.ListUnreadablePointsAsync(null, default);
        Require(unreadable.Count == 0, "a point's object can't be read");
        Require(certain.IsSubsetOf(points.Select(p => p.PointId)), "a committed point is missing");
        Require(points.All(p => possible.Contains(p.PointId)), "a deleted point came back, or a revoked session committed");
        foreach (var point in points)
        {
            await CompareAsync(vault, point);
        }
    }

    private async Task CompareAsync(BackupVault vault, Point point)
    {
        var expected = _model.DiskOf(point.PointId)!;
        var target = new Target(_model, expected);
        await vault.CopyDiskToAsync(point.Disks[0], target, null, default);
        Require(target.Written.SetEquals(Enumerable.Range(0, SimulatedModel.Chunks).Where(i => expected[i] != 0)), $"point {point.PointId} isn't what was written");
    }

    /// <summary>Everybody comes to an end; then the vault needs nobody: everything is there, and after the last deletion all space comes back.</summary>
    private async Task EndAsync()
    {
        while (_standing.Count > 0)
        {
            await ResumeAsync(_standing[0]);
        }

        // A collector that was ahead by minutes may have condemned something.
        _time.Advance(TimeSpan.FromHours(2));
        await CollectTwiceAsync();
        await CheckAsync();
        await using (var vault = await OpenAsync(new SimulatedProcess(_store)))
        {
            var points = await vault.ListPointsAsync(null, default);
            var report = await vault.VerifyAsync(points, null, default);
            Require(report.IsHealthy, $"after all, something is called damaged: {string.Join(' ', report.DamagedPacks)} {string.Join(' ', report.DamagedIndexSegments)}");
            foreach (var point in points)
            {
                await vault.DeletePointAsync(point.SourceId, point.PointId, default);
            }
        }

        await CollectTwiceAsync();
        foreach (var prefix in (string[])["packs/", "index/", "sums/", "retired/", "retention/", "sessions/", "damage/"])
        {
            var left = _store.List(prefix);
            Require(left.Count == 0, $"{left.Count} objects are left of {prefix}: {string.Join(' ', left.Take(5).Select(l => l.Name))}");
        }
    }

    private async Task CollectTwiceAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            await using var vault = await OpenAsync(new SimulatedProcess(_store));
            var result = await vault.CollectGarbageAsync(
                new GcOptions { Grace = TimeSpan.Zero, RepackBudget = 1, DeadSessions = new DeadSessionOptions { WatchHeartbeats = true, Observations = 3 } },
                null, default);
            Require(result.Unreadable.Count == 0 && result.WaitingFor.Count == 0, "the last collections wait for something");
            await vault.CleanUpDeadSessionsAsync(new DeadSessionOptions { WatchHeartbeats = true, Observations = 2 }, default);
        }
    }

    private void Count(string what)
    {
        lock (Happened)
        {
            Happened[what] = Happened.GetValueOrDefault(what) + 1;
        }
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new UnreachableException(what);
        }
    }

    /// <summary>Compares as it is written; the model has the bytes.</summary>
    private sealed class Target(SimulatedModel model, int[] expected) : IDiskTarget
    {
        public HashSet<int> Written { get; } = [];

        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken ct)
        {
            var chunk = (int)(offset / SimulatedModel.ChunkBytes);
            Require(data.Span.SequenceEqual(model.Content(expected[chunk]).AsSpan(0, data.Length)), $"chunk {chunk} is another");
            lock (Written)
            {
                Written.Add(chunk);
            }

            return ValueTask.CompletedTask;
        }
    }
}
