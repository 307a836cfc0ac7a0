namespace Holdfast.Vault;

/// <summary>
/// Sorts chunks, which come in the disk's order, into ranged reads of packs. A disk leads back and forth between the packs of several points, so that several
/// groups are open at once; of these the one that got nothing for longest is read first.
/// </summary>
internal sealed class ReadPlan(ReadShape shape)
{
    private readonly List<ReadGroup> _open = [];

    /// <summary>Adds a chunk.</summary>
    /// <returns>A group that is to be read now; null if there is room.</returns>
    public ReadGroup? Add(long chunk, in ChunkId id, ChunkLocation at)
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            var group = _open[i];
            if (group.TryAdd(chunk, id, at))
            {
                _open.RemoveAt(i);
                _open.Add(group);
                return null;
            }
        }

        _open.Add(new ReadGroup(shape, chunk, id, at));
        return _open.Count > shape.OpenMax ? TakeFirst() : null;
    }

    /// <summary>The groups that are left, to be called until there is none.</summary>
    public ReadGroup? Take() => _open.Count == 0 ? null : TakeFirst();

    private ReadGroup TakeFirst()
    {
        var first = _open[0];
        _open.RemoveAt(0);
        return first;
    }
}
