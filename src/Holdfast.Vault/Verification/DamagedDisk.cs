namespace Holdfast.Vault;

/// <summary>A disk of a point that can't be restored whole.</summary>
/// <param name="PointId">The point.</param>
/// <param name="SourceId">What was backed up.</param>
/// <param name="DiskName">The disk, or the attachment.</param>
/// <param name="UnreadableChunks">How many of its chunks can't be read.</param>
public sealed record DamagedDisk(PointId PointId, SourceId SourceId, string DiskName, long UnreadableChunks);
