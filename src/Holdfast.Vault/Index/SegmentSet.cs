namespace Holdfast.Vault;

/// <summary>Several cache files as one index. Look-ups may run while a file is added.</summary>
internal sealed class SegmentSet(string folder, VaultKeys keys) : IDisposable
{
    private const int FilesMax = 8;

    private readonly Lock _change = new();
    private readonly List<SegmentFile> _retired = [];
    private volatile SegmentFile[] _files = [];

    public IReadOnlyList<SegmentFile> Files => _files;

    /// <summary>Where a chunk lies; a healthy pack before any other.</summary>
    public bool TryFind(in ChunkId id, bool healthyOnly, out ChunkLocation location)
    {
        location = default;
        var found = false;
        foreach (var file in _files)
        {
            var prefix = id.Prefix;
            for (var i = file.Find(prefix); i >= 0 && i < file.Count && file[i] is var entry && entry.Prefix == prefix; i++)
            {
                var pack = file.Packs[entry.Pack];
                if (pack.Healthy || !(healthyOnly || found))
                {
                    location = new ChunkLocation(pack, entry.Offset, entry.Length);
                    found = true;
                    if (pack.Healthy)
                    {
                        return true;
                    }
                }
            }
        }

        return found;
    }

    public void Add(SegmentFile file)
    {
        lock (_change)
        {
            _files = [.. _files, file];
            if (_files.Length > FilesMax)
            {
                Merge();
            }
        }
    }

    public void Dispose()
    {
        foreach (var file in _files.Concat(_retired))
        {
            file.Dispose();
        }

        _files = [];
    }

    /// <summary>Merges the small files: of all that together are no larger than twice the next larger one.</summary>
    private void Merge()
    {
        var bySize = _files.OrderBy(f => f.Count).ToList();
        var take = FilesMax / 2;
        for (var sum = bySize.Take(take).Sum(f => f.Count); take < bySize.Count && bySize[take].Count <= 2 * sum; take++)
        {
            sum += bySize[take].Count;
        }

        var merged = SegmentFileMerge.Merge(folder, keys, bySize[..take]);
        var packs = bySize[..take].SelectMany(f => f.Packs).ToLookup(p => p.Id);
        for (var i = 0; i < merged.Packs.Length; i++)
        {
            merged.Packs[i] = packs[merged.Packs[i].Id].First();
        }

        _files = [.. bySize[take..], merged];
        foreach (var old in bySize[..take])
        {
            // Look-ups may still be inside: the mapping stays until the end, the file's name goes.
            File.Delete(old.Path);
            _retired.Add(old);
        }
    }
}
