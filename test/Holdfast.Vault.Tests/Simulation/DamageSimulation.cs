using System.Diagnostics;

namespace Holdfast.Vault.Tests;

/// <summary>
/// Damages one object of a vault at a time, in every way and at every kind of object: flipped bits in each field, cut, doubled, exchanged, of another vault, gone.
/// Then everybody uses the vault. Wrong data is never handed out, what is damaged is reported, nothing that is needed is deleted for it: with the object put back,
/// every point is whole again.
/// </summary>
internal sealed class DamageSimulation
{
    private const string Passphrase = "simulated";

    private readonly SimulatedTime _time = new();
    private readonly Random _random;
    private readonly SimulatedModel _model;
    private readonly SourceId _source = SourceId.New();
    private SimulatedStore _whole = new();
    private SimulatedStore _foreign = new();

    public DamageSimulation(int seed)
    {
        (Seed, _random) = (seed, new Random(seed));
        _model = new SimulatedModel(_random);
    }

    public int Seed { get; }

    /// <summary>How often each thing was damaged, and what came of it.</summary>
    public SortedDictionary<string, int> Happened { get; } = new(StringComparer.Ordinal);

    /// <summary>The kinds of objects, by the beginning of their names.</summary>
    public static string KindOf(string name)
    {
        var parts = name.Split('/');
        return parts[0] == "gc" ? $"gc/{(parts[1] == "lease" ? "lease" : parts[2].Split('-')[0])}"
            : parts[0] == "sessions" ? $"sessions/{parts[2].Split('-')[0]}"
            : parts[0];
    }

    /// <param name="cases">How many; null for all.</param>
    public async Task RunAsync(int? cases)
    {
        _whole = await MakeAsync();
        _foreign = await MakeAsync();
        var all = Cases().ToList();
        var order = Enumerable.Range(0, all.Count).OrderBy(_ => _random.Next()).Take(cases ?? all.Count);
        foreach (var (name, how, damage) in order.Select(i => all[i]))
        {
            try
            {
                await TryAsync(name, how, damage);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new InvalidOperationException($"Seed {Seed}, {name}, {how}: {e.Message}", e);
            }
        }
    }

    private IEnumerable<(string Name, string How, Func<byte[], byte[]?> Damage)> Cases()
    {
        foreach (var kind in _whole.List("").Select(o => o.Name).GroupBy(KindOf))
        {
            var names = kind.Order(StringComparer.Ordinal).ToList();
            foreach (var name in names.Count <= 2 ? names : [names[0], names[names.Count / 2]])
            {
                var length = _whole.Get(name)!.Length;
                foreach (var at in Offsets(length))
                {
                    yield return (name, $"bit flipped at {at}", b => Flip(b, at));
                }

                foreach (var to in ((int[])[0, 1, length / 2, SealedObject.OverheadBytes, length - 1]).Where(t => t < length).Distinct())
                {
                    yield return (name, $"cut to {to}", b => b[..to]);
                }

                yield return (name, "doubled", b => [.. b, .. b]);
                var other = names.FirstOrDefault(n => n != name) ?? _whole.List("").Select(o => o.Name).First(n => n != name);
                yield return (name, "exchanged", _ => _whole.Get(other));
                yield return (name, "zeros", b => new byte[b.Length]);
                if (_foreign.List("").Select(o => o.Name).FirstOrDefault(n => KindOf(n) == kind.Key) is { } foreign)
                {
                    yield return (name, "of another vault", _ => _foreign.Get(foreign));
                }

                // A point, or what says that one was, that is gone without a trace can't be missed: that is the store's to keep.
                if (kind.Key is not ("points" or "retired"))
                {
                    yield return (name, "gone", _ => null);
                }
            }
        }
    }

    /// <summary>Every field of every format's header and trailer is hit, and the middle.</summary>
    private static IEnumerable<int> Offsets(int length) =>
        ((int[])[0, 8, 10, 11, 12, 16, 24, 32, 48, 64, 68, 72, 80, 96, 100, 104, 108, 112, length / 3, length / 2, length - 60, length - 33, length - 17, length - 12, length - 9, length - 1])
        .Where(o => o >= 0 && o < length).Distinct();

    private static byte[] Flip(byte[] bytes, int at)
    {
        var flipped = (byte[])bytes.Clone();
        flipped[at] ^= (byte)(1 << (at % 8));
        return flipped;
    }

    private async Task TryAsync(string name, string how, Func<byte[], byte[]?> damage)
    {
        var store = _whole.Copy();
        var original = store.Get(name)!;
        if (damage(original) is not { } damaged)
        {
            store.Delete(name);
        }
        else if (damaged.AsSpan().SequenceEqual(original))
        {
            return;
        }
        else
        {
            store.Tamper(name, damaged);
        }

        var told = await UseAsync(store);
        lock (Happened)
        {
            var what = $"{KindOf(name)}: {(told ? "reported" : "no harm")}";
            Happened[what] = Happened.GetValueOrDefault(what) + 1;
        }

        // Put back, unless it was to go: then everything is as it was.
        store.Tamper(name, original);
        await using var vault = await OpenAsync(store);
        var points = await vault.ListPointsAsync(null, default);
        var (certain, _) = _model.Snapshot();
        Require(certain.IsSubsetOf(points.Select(p => p.PointId)), "a point is lost for good");
        foreach (var point in points.Where(p => certain.Contains(p.PointId)))
        {
            await CompareAsync(vault, point);
        }
    }

    /// <returns>Whether the damage was told to anybody.</returns>
    private async Task<bool> UseAsync(SimulatedStore store)
    {
        var (certain, _) = _model.Snapshot();
        BackupVault vault;
        try
        {
            vault = await OpenAsync(store);
        }
        catch (VaultException)
        {
            // Its description or its keys: both copies would have to go for that.
            throw new UnreachableException("one damaged object keeps the vault from being opened");
        }

        var told = false;
        await using (vault)
        {
            told |= !await WorksAsync(async () =>
            {
                var points = await vault.ListPointsAsync(null, default);
                var unreadable = (await vault.ListUnreadablePointsAsync(null, default)).Select(p => p.PointId).ToHashSet();
                told |= unreadable.Count > 0;
                Require(certain.All(c => unreadable.Contains(c) || points.Any(p => p.PointId == c)), "a point is gone and nobody is told");
                foreach (var point in points.Where(p => certain.Contains(p.PointId)))
                {
                    told |= !await WorksAsync(() => CompareAsync(vault, point));
                }

                var report = await vault.VerifyAsync(points, null, default);
                told |= !report.IsHealthy || report.DamagedIndexSegments.Count > 0;
            });
            told |= !await WorksAsync(async () => await vault.ScrubAsync(new ScrubOptions(), null, default));
            foreach (var grace in (TimeSpan[])[TimeSpan.FromHours(24), TimeSpan.Zero])
            {
                told |= !await WorksAsync(async () =>
                {
                    var result = await vault.CollectGarbageAsync(
                        new GcOptions { Grace = grace, RepackBelow = 1, RepackBudget = 1, DeadSessions = new DeadSessionOptions { WatchHeartbeats = true } }, null, default);
                    told |= result.Unreadable.Count > 0;
                });
            }

            told |= !await WorksAsync(() => BackUpAsync(vault, certain: false));
        }

        return told;
    }

    /// <returns>False if it says that something isn't in order.</returns>
    private static async Task<bool> WorksAsync(Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (VaultException)
        {
            return false;
        }
    }

    /// <summary>A vault with an object of every kind.</summary>
    private async Task<SimulatedStore> MakeAsync()
    {
        var store = new SimulatedStore();
        await BackupVault.InitAsync(new SimulatedProcess(store), new VaultInitOptions { Passphrase = Passphrase, Iterations = 10_000, TimeProvider = _time }, default);
        var isFirst = _model.Snapshot().Certain.Count == 0;
        await using (var vault = await OpenAsync(store))
        {
            var gone = await BackUpAsync(vault, certain: false);
            await BackUpAsync(vault, certain: isFirst);
            var kept = await BackUpAsync(vault, certain: isFirst);
            await vault.SetRetentionAsync(_source, kept.PointId, new RetentionMark(true, null), default);
            await vault.WriteNoteAsync("note", "noted"u8.ToArray(), default);
            await vault.ScrubAsync(new ScrubOptions(), null, default);
            await vault.DeletePointAsync(_source, gone.PointId, default);
            await vault.CollectGarbageAsync(new GcOptions { Grace = TimeSpan.Zero }, null, default);
            await vault.DeletePointAsync(_source, (await BackUpAsync(vault, certain: false)).PointId, default);
            await vault.CollectGarbageAsync(new GcOptions { Grace = TimeSpan.FromHours(24) }, null, default);
        }

        // A session that never ends, and a revoked one.
        var dead = new SimulatedProcess(store, SimulatedFault.CrashBefore, 30);
        await WorksAsync(async () =>
        {
            await using var vault = await OpenAsync(dead);
            await BackUpAsync(vault, certain: false);
        });
        return store;
    }

    private async Task<Point> BackUpAsync(BackupVault vault, bool certain)
    {
        await using var session = await vault.OpenSessionAsync(_source, default);
        var disk = new int[SimulatedModel.Chunks];
        var writer = session.BeginDisk(new DiskSpec("vda", SimulatedModel.DiskBytes, SimulatedModel.ChunkBytes, "id"), null);
        foreach (var i in new SortedSet<int>(Enumerable.Range(0, 12).Select(_ => _random.Next(SimulatedModel.Chunks))))
        {
            disk[i] = SimulatedModel.AnyContent(_random);
            var buffer = vault.RentChunk(SimulatedModel.ChunkBytes);
            _model.Content(disk[i]).CopyTo(buffer.Memory);
            await writer.WriteChunkAsync(i, buffer, default);
        }

        await writer.CompleteAsync(default);
        _model.Try(session.PointId, disk);
        var point = await session.CommitAsync("{}"u8.ToArray(), _time.GetUtcNow(), default);
        if (certain)
        {
            _model.Committed(session.PointId);
        }

        return point;
    }

    private async Task CompareAsync(BackupVault vault, Point point)
    {
        var expected = _model.DiskOf(point.PointId)!;
        var target = new Target(_model, expected);
        await vault.CopyDiskToAsync(point.Disks[0], target, null, default);
        Require(target.Written == expected.Count(c => c != 0), $"point {point.PointId} isn't what was written");
    }

    private Task<BackupVault> OpenAsync(SimulatedStore store) => OpenAsync(new SimulatedProcess(store));

    private Task<BackupVault> OpenAsync(SimulatedProcess process) => BackupVault.OpenAsync(
        process, VaultCredential.FromPassphrase(Passphrase),
        new VaultOpenOptions
        {
            TimeProvider = _time, Parallelism = 1, PackBytesTarget = 3000, IndexSegmentEntriesMax = 12, BufferBytesMax = 1 << 20,
            Writer = new WriterIdentity("simulated", "another boot", "", 1, ""),
        },
        default);

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new UnreachableException(what);
        }
    }

    private sealed class Target(SimulatedModel model, int[] expected) : IDiskTarget
    {
        private int _written;

        public int Written => _written;

        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken ct)
        {
            var chunk = (int)(offset / SimulatedModel.ChunkBytes);
            Require(data.Span.SequenceEqual(model.Content(expected[chunk]).AsSpan(0, data.Length)), $"wrong data was handed out for chunk {chunk}");
            Interlocked.Increment(ref _written);
            return ValueTask.CompletedTask;
        }
    }
}
