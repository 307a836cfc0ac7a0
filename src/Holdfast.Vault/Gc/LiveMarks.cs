namespace Holdfast.Vault;

/// <summary>
/// Which index entries points refer to: one bit an entry, over the index files as they are now. Later refreshes of the index don't change these files.
/// </summary>
internal sealed class LiveMarks
{
    private readonly SegmentFile[] _files;
    private readonly ulong[][] _bits;

    public LiveMarks(IReadOnlyList<SegmentFile> files)
    {
        _files = [.. files];
        _bits = [.. _files.Select(f => new ulong[(f.Count + 63) / 64])];
    }

    /// <summary>Told the pack of an entry that is marked for the first time.</summary>
    public Action<PackInfo>? OnMarked { get; init; }

    /// <summary>Whether these are the files that the marks are over.</summary>
    public bool IsOver(IReadOnlyList<SegmentFile> files) => _files.SequenceEqual(files);

    /// <summary>Marks every copy of a chunk or page.</summary>
    /// <returns>The record's length if it wasn't marked before; 0 if it was; -1 if the index doesn't know it.</returns>
    public long Mark(in ChunkId id)
    {
        var prefix = id.Prefix;
        long stored = -1;
        for (var f = 0; f < _files.Length; f++)
        {
            var file = _files[f];
            for (var i = file.Find(prefix); i >= 0 && i < file.Count && file[i] is var entry && entry.Prefix == prefix; i++)
            {
                ref var word = ref _bits[f][i / 64];
                var bit = 1UL << (int)(i % 64);
                stored = (word & bit) != 0 || stored == 0 ? 0 : entry.Length;
                if ((word & bit) == 0)
                {
                    OnMarked?.Invoke(file.Packs[entry.Pack]);
                }

                word |= bit;
            }
        }

        return stored;
    }

    public bool IsMarked(in ChunkId id) => IsMarked(id.Prefix);

    /// <summary>Whether a point refers to the chunk of this prefix.</summary>
    public bool IsMarked(UInt128 prefix)
    {
        for (var f = 0; f < _files.Length; f++)
        {
            var i = _files[f].Find(prefix);
            if (i >= 0)
            {
                return (_bits[f][i / 64] & (1UL << (int)(i % 64))) != 0;
            }
        }

        return false;
    }

    /// <summary>Whether a pack that stays has the chunk too: a healthy one that isn't condemned.</summary>
    public bool HasSurvivor(UInt128 prefix, PackInfo besides)
    {
        foreach (var file in _files)
        {
            for (var i = file.Find(prefix); i >= 0 && i < file.Count && file[i] is var entry && entry.Prefix == prefix; i++)
            {
                var pack = file.Packs[entry.Pack];
                if (pack.Id != besides.Id && Stays(pack))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>How much of each pack is needed. Of several copies in packs that stay, one is: that of the lowest pack id.</summary>
    /// <remarks>All files side by side from the first entry to the last: an index larger than the memory is read once, in order.</remarks>
    public Dictionary<PackId, PackUsage> Usage()
    {
        var usage = new Dictionary<PackId, PackUsage>();
        var byFile = _files.Select(f => f.Packs.Select(p =>
        {
            if (!usage.TryGetValue(p.Id, out var u))
            {
                usage[p.Id] = u = new PackUsage(p);
            }

            return u;
        }).ToArray()).ToArray();
        var at = new long[_files.Length];
        var next = _files.Select(f => f.Count > 0 ? f[0].Prefix : UInt128.MaxValue).ToArray();
        var copies = new List<(PackUsage Usage, uint Length, bool Marked)>();
        while (true)
        {
            var prefix = UInt128.MaxValue;
            for (var f = 0; f < next.Length; f++)
            {
                prefix = next[f] < prefix ? next[f] : prefix;
            }

            copies.Clear();
            for (var f = 0; f < next.Length; f++)
            {
                var file = _files[f];
                for (; at[f] < file.Count && next[f] == prefix; next[f] = at[f] < file.Count ? file[at[f]].Prefix : UInt128.MaxValue)
                {
                    var entry = file[at[f]];
                    copies.Add((byFile[f][entry.Pack], entry.Length, (_bits[f][at[f] / 64] & (1UL << (int)(at[f] % 64))) != 0));
                    at[f]++;
                }
            }

            if (copies.Count == 0)
            {
                return usage;
            }

            foreach (var (pack, length, marked) in copies)
            {
                pack.Add(length, marked && !(copies.Count > 1 && HasOther(copies, pack.Pack)));
            }
        }
    }

    /// <summary>Whether one of the copies makes that of a pack needless: one that stays, if it doesn't; else the one of the lowest id.</summary>
    private static bool HasOther(List<(PackUsage Usage, uint Length, bool Marked)> copies, PackInfo besides)
    {
        var lowerOnly = Stays(besides);
        foreach (var (usage, _, _) in copies)
        {
            if (usage.Pack.Id != besides.Id && Stays(usage.Pack) && (!lowerOnly || usage.Pack.Id.Prefix < besides.Id.Prefix))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Stays(PackInfo pack) => !pack.Condemned && pack.Healthy;
}
