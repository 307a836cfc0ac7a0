namespace Holdfast.Vault;

/// <summary>Where a disk is restored to. It reads as zeros wherever nothing is written.</summary>
public interface IDiskTarget
{
    /// <summary>Writes bytes; called concurrently for different ranges, in no certain order.</summary>
    ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken ct);
}
