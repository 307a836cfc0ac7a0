using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>What is asked of one backup run.</summary>
public sealed record BackupOptions
{
    /// <summary>The consistency asked for. Where it can't be reached the run degrades with a warning, unless <see cref="Strict"/>.</summary>
    public Consistency Consistency { get; init; } = Consistency.Application;

    /// <summary>Whether the consistency was asked for by name. The default asks for the best that the guest offers, and a guest without scripts is then no degradation below FileSystem.</summary>
    public bool ConsistencyIsExplicit { get; init; }

    /// <summary>Whether the run fails where the asked consistency can't be reached.</summary>
    public bool Strict { get; init; }

    /// <summary>Target names (vdb) of disks to leave out.</summary>
    public IReadOnlyCollection<string> ExcludedDisks { get; init; } = [];

    /// <summary>Whether every disk is read whole, whatever is tracked.</summary>
    public bool Full { get; init; }

    /// <summary>The point may not be pruned or deleted before this instant.</summary>
    public DateTimeOffset? RetainUntil { get; init; }

    /// <summary>Upper bound of the rate at which the disks are read; null for none.</summary>
    public long? LimitReadBytesPerSecond { get; init; }

    /// <summary>The transfer is given up where less than 1 MiB of it goes on within this time. A read limit below that rate is not watched; zero watches nothing.</summary>
    public TimeSpan StallAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How hard chunks that the vault doesn't have yet are compressed.</summary>
    public ChunkCompression Compression { get; init; }

    /// <summary>Whether every chunk of the new point is read back, decrypted and checked before the run returns.</summary>
    public bool VerifyAfter { get; init; }

    /// <summary>The user's own words, kept with the point.</summary>
    public string? Note { get; init; }

    /// <summary>Longest time that the guest may be frozen before it is thawed whatever happens.</summary>
    public TimeSpan FreezeLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A run that takes longer warns that it was slow, and why; null for none.</summary>
    public TimeSpan? SlowAfter { get; init; } = Health.SlowJobs.BackupLimit;

    /// <summary>Chunk size of new disk maps in bytes (a power of two, 64 KiB to 4 MiB); null takes the vault's default.</summary>
    public int? ChunkSizeBytes { get; init; }

    /// <summary>For images: add a persistent dirty bitmap, so that the next run reads only what changed. Writes to the image's metadata.</summary>
    public bool TrackImage { get; init; }
}
