namespace Holdfast.Vault;

/// <summary>A session's counters at a moment, for progress.</summary>
/// <param name="ReadBytes">Bytes handed over as data or as zeros.</param>
/// <param name="ZeroBytes">Of these, bytes in chunks of zeros.</param>
/// <param name="DeduplicatedBytes">Of these, bytes in chunks that the vault has already.</param>
/// <param name="NewBytes">Of these, bytes in chunks stored anew.</param>
/// <param name="StoredBytes">Bytes written to the store.</param>
/// <param name="Chunks">Chunks handed over as data.</param>
public readonly record struct SessionStatistics(
    long ReadBytes, long ZeroBytes, long DeduplicatedBytes, long NewBytes, long StoredBytes, long Chunks);
