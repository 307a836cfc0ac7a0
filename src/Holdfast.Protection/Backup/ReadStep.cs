using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>One step of bringing a disk's map up to date.</summary>
/// <param name="IsZero">True where the chunks are known to read as zeros: they are recorded, not read.</param>
/// <param name="Chunks">The chunks concerned.</param>
public readonly record struct ReadStep(bool IsZero, ChunkRange Chunks);
