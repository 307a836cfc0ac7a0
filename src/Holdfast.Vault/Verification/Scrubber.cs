using System.Collections.Concurrent;

namespace Holdfast.Vault;

/// <summary>Reads packs whole, those first that weren't read for longest, and writes down what it read and what is damaged.</summary>
internal sealed class Scrubber(IObjectStore store, VaultKeys keys, VaultIndex index, Verifier verifier, TimeProvider time, ScrubOptions options)
{
    /// <param name="points">All points.</param>
    /// <param name="progress">Told packs and bytes.</param>
    /// <param name="ct">Ends it; what was read counts.</param>
    public async Task<ScrubReport> RunAsync(IReadOnlyList<Point> points, IProgress<VerifyProgress>? progress, CancellationToken ct)
    {
        var log = new ScrubLog(store, keys);
        var last = await log.ReadAsync(ct);
        var all = index.Packs.Values.Where(p => !p.Condemned).ToList();
        var total = all.Sum(p => p.SizeBytes);
        var share = options.CoverageDays is { } days ? (total + days - 1) / days : total;
        var due = Due(all, last, share);
        var sums = await PackSums.ReadAsync(store, due.Select(p => p.Session).ToHashSet(), ct);
        var verdicts = new ConcurrentDictionary<PackId, PackVerdict>();
        var pace = new Pace(options.BytesPerSecond, time);
        var (dueBytes, read) = (due.Sum(p => p.SizeBytes), 0L);
        try
        {
            foreach (var pack in due)
            {
                var version = index.Version;
                var verdict = await PackCheck.RunAsync(store, keys, pack, sums.GetValueOrDefault(pack.Id), ct);
                if (verdict == PackVerdict.Missing)
                {
                    // Garbage collection may have dropped it meanwhile.
                    await index.ReloadAsync(version, ct);
                    if (!index.Packs.TryGetValue(pack.Id, out var known) || known.Condemned)
                    {
                        continue;
                    }
                }

                verdicts[pack.Id] = verdict;
                if (verdict.Reason is { } reason)
                {
                    index.MarkDamaged(pack);
                    await DamageRecord.WriteAsync(store, keys, time, pack, reason, ct);
                }

                read += verdict.BytesRead;
                progress?.Report(new VerifyProgress(verdicts.Count, due.Count, read, dueBytes));
                await pace.WaitAsync(read, ct);
            }
        }
        finally
        {
            var now = time.GetUtcNow();
            if (!verdicts.IsEmpty)
            {
                await log.WriteAsync(now, [.. verdicts.Keys], all.Select(p => p.Id).ToHashSet(), CancellationToken.None);
            }

            foreach (var pack in verdicts.Keys)
            {
                last[pack] = now;
            }
        }

        var damaged = due.Where(p => verdicts.TryGetValue(p.Id, out var v) && v.Reason is not null)
            .Select(p => new DamagedPack(p.Id, p.Name.Value, verdicts[p.Id].Reason!)).ToList();
        return new ScrubReport(
            verdicts.Count, read, all.Count, total, all.All(p => last.ContainsKey(p.Id)) && all.Count > 0 ? all.Min(p => last[p.Id]) : null, damaged,
            damaged.Count == 0 ? [] : await verifier.FindDamagedDisksAsync(points, verdicts, ct));
    }

    /// <summary>The packs that weren't checked for longest, as many as make the share. Of those checked at the same time, a session's one after the other.</summary>
    private static List<PackInfo> Due(List<PackInfo> all, Dictionary<PackId, DateTimeOffset> last, long shareBytes)
    {
        var due = new List<PackInfo>();
        long bytes = 0;
        foreach (var pack in all.OrderBy(p => last.GetValueOrDefault(p.Id)).ThenBy(p => p.Session.Value).ThenBy(p => p.Id.Prefix))
        {
            if (bytes >= shareBytes)
            {
                break;
            }

            due.Add(pack);
            bytes += pack.SizeBytes;
        }

        return due;
    }
}
