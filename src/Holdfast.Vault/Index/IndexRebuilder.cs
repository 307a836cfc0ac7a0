using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>Writes index segments anew, from packs' footers, where they are missing or damaged; removes the damaged ones.</summary>
internal sealed class IndexRebuilder(IObjectStore store, VaultKeys keys, int entriesMax)
{
    private readonly SessionSums _sums = new(store);

    /// <returns>How many packs were indexed anew, and how many damaged segments removed.</returns>
    public async Task<(int Packs, int Segments)> RunAsync(IEnumerable<PointId> committed, CancellationToken ct)
    {
        var (packs, segments) = (0, 0);
        foreach (var session in committed)
        {
            var (intact, damaged, covered) = await LookAsync(session, ct);
            var (indexed, added, isComplete) = await IndexAsync(session, covered, ct);
            if (!isComplete)
            {
                // A segment that can't be read now may be the only way to a pack whose footer can't be read either.
                intact.AddRange(damaged);
                damaged.Clear();
            }

            if (added.Count > 0 || damaged.Count > 0)
            {
                var there = intact.Concat(added.Select(a => a.Name)).ToHashSet();
                await _sums.ReplaceAsync(
                    [.. (await _sums.ListAsync(s => s == session, ct))[session]], session,
                    n => n.Value.StartsWith(Names.Index, StringComparison.Ordinal) && !there.Contains(n), added, ct);
            }

            foreach (var name in damaged)
            {
                await store.DeleteAsync(name, ct);
            }

            (packs, segments) = (packs + indexed, segments + damaged.Count);
        }

        return (packs, segments);
    }

    private async Task<(List<ObjectName> Intact, List<ObjectName> Damaged, HashSet<PackId> Covered)> LookAsync(PointId session, CancellationToken ct)
    {
        var (intact, damaged, covered) = (new List<ObjectName>(), new List<ObjectName>(), new HashSet<PackId>());
        foreach (var item in await store.ListAllAsync($"{Names.Index}{session}/", ct))
        {
            if (await IndexSegment.TryReadAsync(store, keys, item.Name, session, ct) is { } segment)
            {
                intact.Add(item.Name);
                covered.UnionWith(segment.Packs.Select(p => p.Id));
            }
            else
            {
                damaged.Add(item.Name);
            }
        }

        return (intact, damaged, covered);
    }

    /// <returns>How many packs were indexed, the new segments, and whether all packs are indexed now.</returns>
    private async Task<(int Packs, List<(ObjectName Name, byte[] Hash)> Added, bool IsComplete)> IndexAsync(PointId session, HashSet<PackId> covered, CancellationToken ct)
    {
        var packs = new List<PackInfo>();
        var entries = new List<IndexEntry>();
        var added = new List<(ObjectName, byte[])>();
        var indexed = 0;
        var isComplete = true;
        using var reader = new PackReader(store, keys);
        foreach (var item in await store.ListAllAsync($"{Names.Packs}{session}/", ct))
        {
            if (!Names.TryParseOwned(item.Name, Names.Packs, out _, out var id) || covered.Contains(id))
            {
                continue;
            }

            if (await reader.TryFindKindAsync(id, session, item.SizeBytes, ct) is { } found)
            {
                entries.AddRange(PackFooter.Parse(found.Footer, item.SizeBytes).Select(e => new IndexEntry(e.Id.Prefix, packs.Count, e.Offset, e.Length)));
                packs.Add(found.Pack);
                indexed++;
                if (entries.Count >= entriesMax)
                {
                    await FlushAsync();
                }
            }
            else
            {
                isComplete = false;
            }
        }

        await FlushAsync();
        return (indexed, added, isComplete);

        async Task FlushAsync()
        {
            if (packs.Count > 0)
            {
                var name = Names.Segment(session, new PackId(RandomNumberGenerator.GetBytes(PackId.SizeBytes)));
                var bytes = SealedObject.Seal(keys, SealLabel.Index, name, new IndexSegment([.. packs], [.. entries.OrderBy(e => e.Prefix)]).ToBytes());
                await store.CreateNewAsync(name, bytes, ct);
                added.Add((name, SHA256.HashData(bytes)));
                packs.Clear();
                entries.Clear();
            }
        }
    }
}
