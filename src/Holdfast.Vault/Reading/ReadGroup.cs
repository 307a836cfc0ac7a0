namespace Holdfast.Vault;

/// <summary>Chunks that one ranged read of a pack brings.</summary>
internal sealed class ReadGroup
{
    public PackInfo? Pack { get; private set; }

    public long Start { get; private set; }

    public int Length { get; private set; }

    public List<(long Chunk, ChunkId Id, long Offset, int Length)> Chunks { get; } = [];

    /// <summary>Adds a chunk if it follows the others closely enough.</summary>
    public bool TryAdd(long chunk, in ChunkId id, ChunkLocation at, int gapBytesMax, int bytesMax)
    {
        if (at.Length > PackFormat.PlainBytesMax + PackFormat.RecordOverheadBytes)
        {
            throw new VaultException(VaultErrorKind.Damaged, $"The index names a record in {at.Pack.Name} that is too long.");
        }

        if (Pack is null)
        {
            (Pack, Start, Length) = (at.Pack, at.Offset, (int)at.Length);
        }
        else if (Pack == at.Pack && at.Offset >= Start + Length && at.Offset <= Start + Length + gapBytesMax
            && at.Offset + at.Length - Start <= bytesMax)
        {
            Length = (int)(at.Offset + at.Length - Start);
        }
        else
        {
            return false;
        }

        Chunks.Add((chunk, id, at.Offset, (int)at.Length));
        return true;
    }
}
