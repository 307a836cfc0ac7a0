using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>
/// Carries a verdict out: deletes the packs, in no certain order, then takes them out of their sessions' index segments and lists of hashes; a session of
/// which nothing is left goes altogether. Each step may be done again, by anybody, at any time.
/// </summary>
internal sealed class PackDropper(IObjectStore store, VaultKeys keys, PointCatalogue points, int segmentEntriesMax)
{
    /// <summary>After so many it is seen to that this collector is still the one.</summary>
    private const int DroppedAtOnce = 1000;

    /// <summary>So many sessions' segments are seen to side by side: it is the store that they wait for.</summary>
    private const int SessionsAtOnce = 8;

    private readonly SessionSums _sums = new(store);

    /// <returns>How many packs were deleted, and their bytes; how many the store keeps for now.</returns>
    public async Task<(int Packs, long Bytes, int Kept)> DropAsync(
        IReadOnlyDictionary<PackId, PointId> packs, Func<CancellationToken, Task> check, IProgress<GcProgress>? progress, CancellationToken ct)
    {
        // One listing tells what is there of their sessions and how long it is, and afterwards whether anything is left of one: to those that are committed nothing is added.
        var there = packs.Values.Distinct().ToDictionary(s => s, _ => new Dictionary<PackId, StoredObject>());
        await foreach (var item in store.ListAsync(Names.Packs, ct))
        {
            if (Names.TryParseOwned(item.Name, Names.Packs, out var session, out var id) && there.TryGetValue(session, out var listed))
            {
                listed[id] = item;
            }
        }

        var damaged = (await store.ListAllAsync(Names.Damage, ct)).Select(d => d.Name).ToHashSet();
        var (dropped, bytes, done) = (0, 0L, 0L);
        var kept = new HashSet<ObjectName>();
        foreach (var some in packs.Chunk(DroppedAtOnce))
        {
            await check(ct);
            var going = some.Where(p => there[p.Value].ContainsKey(p.Key)).Select(p => there[p.Value][p.Key]).ToList();

            // What the store itself keeps for now (object lock) stays in the index, and goes when the verdict is carried out once more.
            kept.UnionWith(await store.DeleteManyAsync([.. going.Select(g => g.Name)], ct));
            var gone = going.Where(g => !kept.Contains(g.Name)).ToList();
            (dropped, bytes) = (dropped + gone.Count, bytes + gone.Sum(g => g.SizeBytes));
            await store.DeleteManyAsync(
                [.. some.Where(p => !kept.Contains(Names.Pack(p.Value, p.Key))).Select(p => Names.DamagedPack(p.Key)).Where(damaged.Contains)], ct);
            done += some.Length;
            progress?.Report(new GcProgress(GcStage.Drop, done, packs.Count));
        }

        var naming = await ListNamingAsync(there.ContainsKey, ct);
        var empty = new ConcurrentBag<PointId>();
        foreach (var some in packs.GroupBy(p => p.Value, p => p.Key).Chunk(DroppedAtOnce))
        {
            await check(ct);
            await Parallel.ForEachAsync(
                some, new ParallelOptions { MaxDegreeOfParallelism = SessionsAtOnce, CancellationToken = ct },
                async (session, token) =>
                {
                    var gone = session.Where(p => !kept.Contains(Names.Pack(session.Key, p))).ToHashSet();
                    // By the listing, and by what the session itself says: a pack that is away for a while is still named.
                    if (there[session.Key].Keys.Any(p => !gone.Contains(p))
                        || await ReadSegmentsAsync(session.Key, naming, token).AnyAsync(s => s.Segment.Packs.Any(p => !gone.Contains(p.Id)), token))
                    {
                        await RewriteAsync(session.Key, gone, naming, token);
                    }
                    else
                    {
                        empty.Add(session.Key);
                    }
                });
        }

        await check(ct);
        await RemoveSessionsAsync(empty, naming, ct);
        return (dropped, bytes, kept.Count);
    }

    /// <summary>
    /// Removes what names deleted points' sessions that have no pack: they never stored one, or a removal was interrupted. A session that names packs which points need
    /// and of which there is no other copy stays: they may come back, and would be nobody's.
    /// </summary>
    /// <param name="pending">Whether no pending round needs to know what the point needed.</param>
    /// <param name="markAsync">Marks what points need, if it has to be known; null where that can't be told.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task RemoveEmptySessionsAsync(Func<CancellationToken, Task<Func<PointId, bool>>> pending, Func<CancellationToken, Task<LiveMarks?>> markAsync, CancellationToken ct)
    {
        LiveMarks? marks = null;
        var sessions = await points.ListCommittedAsync(ct);
        var withPacks = new HashSet<PointId>();
        await foreach (var item in store.ListAsync(Names.Packs, ct))
        {
            if (Names.TryParseOwned(item.Name, Names.Packs, out var session, out _))
            {
                withPacks.Add(session);
            }
        }

        // After the points: a round that comes later names them.
        var mayGo = await pending(ct);
        var empty = sessions.Retired.Keys.Where(s => !sessions.Present.ContainsKey(s) && !withPacks.Contains(s) && mayGo(s)).ToHashSet();
        if (empty.Count == 0)
        {
            return;
        }

        var naming = await ListNamingAsync(empty.Contains, ct);
        foreach (var session in empty.ToList())
        {
            if (await NamesNeededAsync(session))
            {
                empty.Remove(session);
            }
        }

        await RemoveSessionsAsync(empty, naming, ct);

        async Task<bool> NamesNeededAsync(PointId session)
        {
            await foreach (var (_, segment) in ReadSegmentsAsync(session, naming, ct))
            {
                if (segment.Entries.Length > 0
                    && ((marks ??= await markAsync(ct)) is not { } marked || segment.Entries.Any(e => marked.IsMarked(e.Prefix) && !marked.HasSurvivor(e.Prefix, segment.Packs[e.Pack]))))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Removes what was recorded of packs that nothing names any more: a check may have been late.</summary>
    public async Task ClearDamageAsync(IEnumerable<StoredObject> damage, Func<PackId, bool> isNamed, CancellationToken ct)
    {
        var orphans = damage.Select(i => i.Name)
            .Where(n => PackId.TryParse(n.Value[Names.Damage.Length..], out var pack) && !isNamed(pack));
        await store.DeleteManyAsync([.. orphans], ct);
    }

    /// <summary>Nothing of these sessions is left: what names it goes, last of all that which says that they were committed.</summary>
    private async Task RemoveSessionsAsync(IReadOnlyCollection<PointId> gone, Naming naming, CancellationToken ct)
    {
        if (gone.Count == 0)
        {
            return;
        }

        // Where the store itself keeps some of it for now, what says that the session was committed stays, and a later collection comes back to it.
        var kept = (await store.DeleteManyAsync([.. gone.SelectMany(naming.Of)], ct)).ToHashSet();
        var sessions = await points.ListCommittedAsync(ct);
        await store.DeleteManyAsync(
            [
                .. gone.Where(s => sessions.Retired.ContainsKey(s) && !sessions.Present.ContainsKey(s) && !naming.Of(s).Any(kept.Contains))
                    .Select(s => Names.RetiredPoint(sessions.Retired[s], s)),
            ],
            ct);
    }

    private async Task<Naming> ListNamingAsync(Func<PointId, bool> ofSession, CancellationToken ct)
    {
        var segments = new List<(PointId Session, ObjectName Name)>();
        await foreach (var item in store.ListAsync(Names.Index, ct))
        {
            if (Names.TryParseOwned(item.Name, Names.Index, out var session, out _) && ofSession(session))
            {
                segments.Add((session, item.Name));
            }
        }

        return new Naming(segments.ToLookup(s => s.Session, s => s.Name), await _sums.ListAsync(ofSession, ct));
    }

    /// <summary>A session's index segments, those that can be read.</summary>
    private async IAsyncEnumerable<(ObjectName Name, IndexSegment Segment)> ReadSegmentsAsync(
        PointId session, Naming naming, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var name in naming.Segments[session])
        {
            if (await IndexSegment.TryReadAsync(store, keys, name, session, ct) is { } segment)
            {
                yield return (name, segment);
            }
        }
    }

    /// <summary>New segments and hashes first, then the old ones go: a reader finds the packs that stay at any time.</summary>
    private async Task RewriteAsync(PointId session, HashSet<PackId> dropped, Naming naming, CancellationToken ct)
    {
        var old = new List<ObjectName>();
        var added = new List<(ObjectName Name, byte[] Hash)>();
        var packs = new List<PackInfo>();
        var numbered = new Dictionary<PackId, int>();
        var entries = new List<IndexEntry>();
        await foreach (var (name, segment) in ReadSegmentsAsync(session, naming, ct))
        {
            if (!segment.Packs.Any(p => dropped.Contains(p.Id)))
            {
                continue;
            }

            // Short ones become one; a session's index as a whole needn't fit into memory.
            if (entries.Count + segment.Entries.Length > segmentEntriesMax)
            {
                await WriteAsync();
            }

            old.Add(name);
            var numbers = segment.Packs.Select(p => dropped.Contains(p.Id) ? -1 : NumberOf(p)).ToArray();
            entries.AddRange(segment.Entries.Where(e => numbers[e.Pack] >= 0).Select(e => e with { Pack = numbers[e.Pack] }));
        }

        if (old.Count == 0)
        {
            return;
        }

        await WriteAsync();
        var gone = dropped.Select(p => Names.Pack(session, p)).Concat(old).ToHashSet();
        await _sums.ReplaceAsync([.. naming.Sums[session]], session, gone.Contains, added, ct);
        await store.DeleteManyAsync(old, ct);

        async Task WriteAsync()
        {
            if (entries.Count > 0)
            {
                var name = Names.Segment(session, new PackId(RandomNumberGenerator.GetBytes(PackId.SizeBytes)));
                var segment = new IndexSegment(packs, [.. entries.Distinct().OrderBy(e => e.Prefix)]);
                var bytes = SealedObject.Seal(keys, SealLabel.Index, name, segment.ToBytes());
                await store.CreateNewAsync(name, bytes, ct);
                added.Add((name, SHA256.HashData(bytes)));
            }

            packs.Clear();
            numbered.Clear();
            entries.Clear();
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

    /// <summary>What names the packs of sessions, as it was listed.</summary>
    private sealed record Naming(ILookup<PointId, ObjectName> Segments, ILookup<PointId, (ObjectName Name, int Generation)> Sums)
    {
        public IEnumerable<ObjectName> Of(PointId session) => [.. Segments[session], .. Sums[session].Select(s => s.Name)];
    }
}
