namespace Holdfast.Vault;

/// <summary>Chunks that one ranged read of a pack brings.</summary>
internal sealed class ReadGroup
{
    // Chunks of next to no bytes: their list must not grow without bound, either.
    private const int ChunksMax = 8192;

    private readonly ReadShape _shape;

    /// <summary>A group of one chunk so far.</summary>
    public ReadGroup(ReadShape shape, long chunk, in ChunkId id, ChunkLocation at)
    {
        if (at.Length > PackFormat.PlainBytesMax + PackFormat.RecordOverheadBytes)
        {
            throw new VaultException(VaultErrorKind.Damaged, $"The index names a record in {at.Pack.Name} that is too long.");
        }

        (_shape, Pack, Start, Length) = (shape, at.Pack, at.Offset, (int)at.Length);
        Chunks.Add((chunk, id, at.Offset, (int)at.Length));
    }

    public PackInfo Pack { get; }

    public long Start { get; }

    public int Length { get; private set; }

    public List<(long Chunk, ChunkId Id, long Offset, int Length)> Chunks { get; } = [];

    /// <summary>Adds a chunk if it is among the bytes of the others, or follows them closely enough.</summary>
    public bool TryAdd(long chunk, in ChunkId id, ChunkLocation at)
    {
        var end = Math.Max(Start + Length, at.Offset + at.Length);
        if (Pack != at.Pack || Chunks.Count == ChunksMax || at.Offset < Start || at.Offset > Start + Length + _shape.GapBytesMax || end - Start > Math.Max(Length, _shape.BytesMax))
        {
            return false;
        }

        Length = (int)(end - Start);
        Chunks.Add((chunk, id, at.Offset, (int)at.Length));
        return true;
    }
}
