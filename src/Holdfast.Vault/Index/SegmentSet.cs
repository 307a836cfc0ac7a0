namespace Holdfast.Vault;

/// <summary>Several cache files as one index. Look-ups may run while a file is added.</summary>
internal sealed class SegmentSet(string folder, string scratch, VaultKeys keys) : IDisposable
{
    private const int FilesMax = 8;

    private readonly Lock _change = new();
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

    /// <summary>Whether a chunk needn't be stored again: it lies in a healthy pack that isn't condemned (INV-7, INV-11).</summary>
    public bool HasReusable(in ChunkId id)
    {
        var prefix = id.Prefix;
        foreach (var file in _files)
        {
            for (var i = file.Find(prefix); i >= 0 && i < file.Count && file[i] is var entry && entry.Prefix == prefix; i++)
            {
                var pack = file.Packs[entry.Pack];
                // In this order: of one that is dropped the health goes before the condemnation.
                if (!pack.Condemned && pack.Healthy)
                {
                    return true;
                }
            }
        }

        return false;
    }

    public void Add(SegmentFile file) => Replace([], [file]);

    /// <summary>Takes files out and others in, in one step: a look-up sees either.</summary>
    public void Replace(IReadOnlyCollection<SegmentFile> old, IReadOnlyCollection<SegmentFile> added)
    {
        lock (_change)
        {
            _files = [.. _files.Except(old), .. added];
            Retire(old);
            if (_files.Length > FilesMax)
            {
                Merge();
            }
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
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

        var merged = SegmentFileMerge.Merge(folder, scratch, keys, bySize[..take]);
        _files = [.. bySize[take..], merged];
        Retire(bySize[..take]);
    }

    /// <summary>Look-ups may still be inside: the file's name goes, its mapping with the last of them.</summary>
    private static void Retire(IEnumerable<SegmentFile> files)
    {
        foreach (var file in files)
        {
            File.Delete(file.Path);
        }
    }
}
