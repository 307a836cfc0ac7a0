namespace Holdfast.Vault;

/// <summary>A session's counters at a moment, for progress.</summary>
/// <param name="ReadBytes">Bytes handed over as data or as zeros.</param>
/// <param name="ZeroBytes">Of these, bytes in chunks of zeros.</param>
/// <param name="DeduplicatedBytes">Of these, bytes in chunks that the vault has already.</param>
/// <param name="NewBytes">Of these, bytes in chunks stored anew.</param>
/// <param name="StoredBytes">Bytes written to the store.</param>
/// <param name="Chunks">Chunks handed over as data.</param>
/// <param name="Hashing">How long the workers named chunks and looked them up, as if all of them had worked all the time.</param>
/// <param name="Compressing">How long they compressed, likewise.</param>
/// <param name="Writing">How long the last stage sealed and stored.</param>
public readonly record struct SessionStatistics(
    long ReadBytes, long ZeroBytes, long DeduplicatedBytes, long NewBytes, long StoredBytes, long Chunks,
    TimeSpan Hashing = default, TimeSpan Compressing = default, TimeSpan Writing = default);
