namespace Holdfast.Vault;

/// <summary>Merges sorted cache files into one, entry by entry, so that look-ups have few files to ask.</summary>
internal static class SegmentFileMerge
{
    public static SegmentFile Merge(string folder, string scratch, VaultKeys keys, IReadOnlyList<SegmentFile> files)
    {
        var packs = new List<PackInfo>();
        var numbers = new Dictionary<PackId, int>();
        var renumbered = files.Select(f => f.Packs.Select(p => NumberOf(p)).ToArray()).ToArray();
        var segments = files.SelectMany(f => f.Segments).Distinct().ToArray();
        var merged = SegmentFile.Write(folder, scratch, keys, segments, packs, files.Sum(f => f.Count), Entries());
        // The catalogue's own, which know what is healthy.
        packs.CopyTo(merged.Packs);
        return merged;

        int NumberOf(PackInfo pack)
        {
            if (!numbers.TryGetValue(pack.Id, out var number))
            {
                numbers[pack.Id] = number = packs.Count;
                packs.Add(pack);
            }

            return number;
        }

        IEnumerable<IndexEntry> Entries()
        {
            var queue = new PriorityQueue<(int File, long At), UInt128>();
            for (var i = 0; i < files.Count; i++)
            {
                if (files[i].Count > 0)
                {
                    queue.Enqueue((i, 0), files[i][0].Prefix);
                }
            }

            while (queue.TryDequeue(out var next, out _))
            {
                var file = files[next.File];
                var entry = file[next.At];
                yield return entry with { Pack = renumbered[next.File][entry.Pack] };
                if (next.At + 1 < file.Count)
                {
                    queue.Enqueue((next.File, next.At + 1), file[next.At + 1].Prefix);
                }
            }
        }
    }
}
