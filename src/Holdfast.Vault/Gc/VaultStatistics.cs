namespace Holdfast.Vault;

/// <summary>What a vault holds, from its maps and its index.</summary>
/// <param name="Points">How many points.</param>
/// <param name="LogicalBytes">The sizes of all points' disks.</param>
/// <param name="DataBytes">Of these, bytes in chunks that aren't zeros, and attachments.</param>
/// <param name="UniqueBytes">The same with every chunk counted once: what the points take without compression.</param>
/// <param name="StoredBytes">What these chunks take in packs.</param>
/// <param name="ReclaimableBytes">What a collection without budget would free.</param>
/// <param name="TotalBytes">All objects' bytes.</param>
/// <param name="Unreadable">Points of which not everything could be counted.</param>
public sealed record VaultStatistics(
    int Points, long LogicalBytes, long DataBytes, long UniqueBytes, long StoredBytes, long ReclaimableBytes, long TotalBytes,
    IReadOnlyList<UnreadablePoint> Unreadable)
{
    /// <summary>How many times less deduplication leaves; 1 for an empty vault.</summary>
    public double DedupRatio => UniqueBytes == 0 ? 1 : (double)DataBytes / UniqueBytes;

    /// <summary>How many times less compression leaves; 1 for an empty vault.</summary>
    public double CompressionRatio => StoredBytes == 0 ? 1 : (double)UniqueBytes / StoredBytes;
}
