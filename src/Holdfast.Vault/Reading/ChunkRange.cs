namespace Holdfast.Vault;

/// <summary>Chunks of a disk that follow each other.</summary>
/// <param name="First">The index of the first.</param>
/// <param name="Count">How many.</param>
public readonly record struct ChunkRange(long First, long Count)
{
    /// <summary>The index of the first chunk after the range.</summary>
    public long End => First + Count;
}
