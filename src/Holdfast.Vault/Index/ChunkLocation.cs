namespace Holdfast.Vault;

/// <summary>Where a record lies.</summary>
internal readonly record struct ChunkLocation(PackInfo Pack, uint Offset, uint Length);
