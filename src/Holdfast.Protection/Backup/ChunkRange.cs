namespace Holdfast.Protection.Backup;

/// <summary>Chunks <paramref name="First"/> to <paramref name="First"/> + <paramref name="Count"/> - 1 of a disk.</summary>
/// <param name="First">Index of the first chunk.</param>
/// <param name="Count">How many; at least 1.</param>
public readonly record struct ChunkRange(long First, long Count)
{
    /// <summary>Index of the first chunk after the range.</summary>
    public long End => First + Count;
}
