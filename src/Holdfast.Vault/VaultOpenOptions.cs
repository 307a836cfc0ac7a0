namespace Holdfast.Vault;

/// <summary>How a vault is opened.</summary>
public sealed class VaultOpenOptions
{
    /// <summary>
    /// Where decrypted index segments are cached, in a folder of the vault's own that only this user can read.
    /// It is rebuilt when missing and not trusted. Without it a temporary folder is used and removed at the end.
    /// </summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Tells the time; injected by tests.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How many chunks are worked on at the same time.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>About how many bytes of buffers a session or a restore may hold.</summary>
    public long BufferBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>The size at which a pack is closed; another value than the default is for tests.</summary>
    public int PackBytesTarget { get; init; } = 64 * 1024 * 1024;

    /// <summary>The number of entries at which an index segment is closed; another value than the default is for tests.</summary>
    public int IndexSegmentEntriesMax { get; init; } = 128 * 1024;

    /// <summary>How often an open session shows that its writer lives.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>As whom sessions are registered; another than this process is for tests.</summary>
    internal WriterIdentity Writer { get; init; } = WriterIdentity.Own;
}
