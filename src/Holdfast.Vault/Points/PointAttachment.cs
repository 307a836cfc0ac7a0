namespace Holdfast.Vault;

/// <summary>A small named piece of data kept with a point, sealed like its disks.</summary>
/// <param name="Name">Its name in the point.</param>
/// <param name="SizeBytes">Its length.</param>
public sealed record PointAttachment(string Name, long SizeBytes)
{
    internal IReadOnlyList<ChunkId> Chunks { get; init; } = [];
}
