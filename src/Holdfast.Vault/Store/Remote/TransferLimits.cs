namespace Holdfast.Vault;

/// <summary>How fast bytes may leave and reach this machine; null for as fast as it goes.</summary>
/// <param name="Upload">Of bytes that are written.</param>
/// <param name="Download">Of bytes that are read.</param>
public sealed record TransferLimits(TokenBucket? Upload, TokenBucket? Download)
{
    /// <summary>No limits.</summary>
    public static TransferLimits None { get; } = new(null, null);

    /// <summary>Limits in bytes per second; null for none.</summary>
    public static TransferLimits Of(long? uploadBytesPerSecond, long? downloadBytesPerSecond, TimeProvider time) => new(
        uploadBytesPerSecond is { } up ? new TokenBucket(up, time) : null, downloadBytesPerSecond is { } down ? new TokenBucket(down, time) : null);
}
