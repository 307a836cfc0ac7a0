namespace Holdfast.Vault;

/// <summary>How far a verification is.</summary>
/// <param name="PacksDone">Packs checked.</param>
/// <param name="PacksTotal">Packs to check.</param>
/// <param name="BytesDone">Bytes read.</param>
/// <param name="BytesTotal">Bytes to read.</param>
public readonly record struct VerifyProgress(long PacksDone, long PacksTotal, long BytesDone, long BytesTotal);
