using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>
/// Carries a verdict out: deletes packs, then takes them out of their sessions' index segments and lists of hashes; a session of which nothing is left
/// goes altogether. Each step may be done again, by anybody, at any time.
/// </summary>
internal sealed class PackDropper(IObjectStore store, VaultKeys keys, PointCatalogue points)
{
    private readonly SessionSums _sums = new(store);

    /// <returns>How many packs were deleted, and their bytes.</returns>
    public async Task<(int Packs, long Bytes)> DropAsync(
        IReadOnlyDictionary<PackId, PointId> packs, Func<CancellationToken, Task> check, IProgress<GcProgress>? progress, CancellationToken ct)
    {
        var (dropped, bytes, done) = (0, 0L, 0L);
        var damaged = (await store.ListAllAsync(Names.Damage, ct)).Select(d => d.Name).ToHashSet();
        foreach (var session in packs.GroupBy(p => p.Value, p => p.Key))
        {
            await check(ct);
            var gone = new HashSet<PackId>();
            foreach (var pack in session)
            {
                var name = Names.Pack(session.Key, pack);
                if (await store.GetSizeAsync(name, ct) is { } size)
                {
                    if (!await store.TryDeleteAsync(name, ct))
                    {
                        // The store itself keeps it for now (object lock): it stays in the index, and a later round finds it again.
                        continue;
                    }

                    (dropped, bytes) = (dropped + 1, bytes + size);
                }

                gone.Add(pack);
                if (damaged.Contains(Names.DamagedPack(pack)))
                {
                    await store.DeleteAsync(Names.DamagedPack(pack), ct);
                }

                done++;
                progress?.Report(new GcProgress(GcStage.Drop, done, packs.Count));
            }

            if (await HasPacksAsync(session.Key, ct))
            {
                await RewriteAsync(session.Key, gone, ct);
            }
            else
            {
                await RemoveSessionAsync(session.Key, ct);
            }
        }

        return (dropped, bytes);
    }

    /// <summary>Removes what names deleted points' sessions that have no pack: they never stored one, or a removal was interrupted.</summary>
    /// <param name="mayGo">Whether no pending round needs to know what the point needed.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task RemoveEmptySessionsAsync(Func<PointId, bool> mayGo, CancellationToken ct)
    {
        var sessions = await points.ListCommittedAsync(ct);
        var withPacks = new HashSet<PointId>();
        await foreach (var item in store.ListAsync(Names.Packs, ct))
        {
            if (Names.TryParseOwned(item.Name, Names.Packs, out var session, out _))
            {
                withPacks.Add(session);
            }
        }

        foreach (var session in sessions.Retired.Keys.Where(s => !sessions.Present.ContainsKey(s) && !withPacks.Contains(s) && mayGo(s)))
        {
            await RemoveSessionAsync(session, ct);
        }
    }

    /// <summary>Removes what was recorded of packs that nothing names any more: a check may have been late.</summary>
    public async Task ClearDamageAsync(Func<PackId, bool> isNamed, CancellationToken ct)
    {
        foreach (var item in await store.ListAllAsync(Names.Damage, ct))
        {
            if (PackId.TryParse(item.Name.Value[Names.Damage.Length..], out var pack) && !isNamed(pack))
            {
                await store.DeleteAsync(item.Name, ct);
            }
        }
    }

    private async Task<bool> HasPacksAsync(PointId session, CancellationToken ct)
    {
        await foreach (var _ in store.ListAsync($"{Names.Packs}{session}/", ct))
        {
            return true;
        }

        return false;
    }

    /// <summary>Nothing of the session's is left: what names it goes, last of all that which says that it was committed.</summary>
    private async Task RemoveSessionAsync(PointId session, CancellationToken ct)
    {
        foreach (var item in await store.ListAllAsync($"{Names.Index}{session}/", ct))
        {
            await store.DeleteAsync(item.Name, ct);
        }

        foreach (var (name, _) in await _sums.ListAsync(session, ct))
        {
            await store.DeleteAsync(name, ct);
        }

        var sessions = await points.ListCommittedAsync(ct);
        if (sessions.Retired.TryGetValue(session, out var source) && !sessions.Present.ContainsKey(session))
        {
            await store.DeleteAsync(Names.RetiredPoint(source, session), ct);
        }
    }

    /// <summary>New segments and hashes first, then the old ones go: a reader finds the packs that stay at any time.</summary>
    private async Task RewriteAsync(PointId session, HashSet<PackId> dropped, CancellationToken ct)
    {
        var old = new List<ObjectName>();
        var packs = new List<PackInfo>();
        var numbered = new Dictionary<PackId, int>();
        var entries = new List<IndexEntry>();
        foreach (var item in await store.ListAllAsync($"{Names.Index}{session}/", ct))
        {
            if (await IndexSegment.TryReadAsync(store, keys, item.Name, session, ct) is not { } segment || !segment.Packs.Any(p => dropped.Contains(p.Id)))
            {
                continue;
            }

            old.Add(item.Name);
            var numbers = segment.Packs.Select(p => dropped.Contains(p.Id) ? -1 : NumberOf(p)).ToArray();
            entries.AddRange(segment.Entries.Where(e => numbers[e.Pack] >= 0).Select(e => e with { Pack = numbers[e.Pack] }));
        }

        if (old.Count == 0)
        {
            return;
        }

        var added = new List<(ObjectName Name, byte[] Hash)>();
        foreach (var part in entries.Distinct().OrderBy(e => e.Prefix).Chunk(IndexSegment.EntriesMax))
        {
            var name = Names.Segment(session, new PackId(RandomNumberGenerator.GetBytes(PackId.SizeBytes)));
            var bytes = SealedObject.Seal(keys, SealLabel.Index, name, new IndexSegment(packs, part).ToBytes());
            await store.CreateNewAsync(name, bytes, ct);
            added.Add((name, SHA256.HashData(bytes)));
        }

        var gone = dropped.Select(p => Names.Pack(session, p)).Concat(old).ToHashSet();
        await _sums.ReplaceAsync(session, gone.Contains, added, ct);
        foreach (var name in old)
        {
            await store.DeleteAsync(name, ct);
        }

        int NumberOf(PackInfo pack)
        {
            if (!numbered.TryGetValue(pack.Id, out var number))
            {
                numbered[pack.Id] = number = packs.Count;
                packs.Add(pack);
            }

            return number;
        }
    }
}
