namespace Holdfast.Vault;

/// <summary>What writing a point took.</summary>
/// <param name="LogicalBytes">The sum of the disks' sizes.</param>
/// <param name="ReadBytes">Bytes handed over as data or as zeros by the writer's caller.</param>
/// <param name="ZeroBytes">Of these, bytes in chunks of zeros.</param>
/// <param name="NewBytes">Bytes of chunks that the vault didn't have.</param>
/// <param name="StoredBytes">Bytes that the vault grew by: packs and index.</param>
public sealed record PointStatistics(long LogicalBytes, long ReadBytes, long ZeroBytes, long NewBytes, long StoredBytes);
