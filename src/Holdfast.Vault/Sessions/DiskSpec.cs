namespace Holdfast.Vault;

/// <summary>A disk to be written.</summary>
/// <param name="Name">Its name, unique in the point.</param>
/// <param name="SizeBytes">Its exact size.</param>
/// <param name="ChunkSizeBytes">A power of two from 64 KiB to 4 MiB; <see cref="DefaultChunkSizeBytes"/> unless there is a reason.</param>
/// <param name="Identity">What the caller knows the disk by.</param>
public sealed record DiskSpec(string Name, long SizeBytes, int ChunkSizeBytes, string Identity)
{
    /// <summary>The chunk size that was measured to be the best compromise (docs/vault-format.md has the figures).</summary>
    public const int DefaultChunkSizeBytes = 64 * 1024;

    /// <summary>The smallest chunk size.</summary>
    public const int ChunkSizeBytesMin = 64 * 1024;

    /// <summary>The largest chunk size.</summary>
    public const int ChunkSizeBytesMax = 4 * 1024 * 1024;
}
