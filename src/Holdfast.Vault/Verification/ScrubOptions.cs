namespace Holdfast.Vault;

/// <summary>How much of a vault a scrub reads, and how fast.</summary>
public sealed class ScrubOptions
{
    /// <summary>At most so many bytes a second; null for no limit.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>
    /// Within how many days, with a scrub each day, every pack is read once: this one reads its share, the packs that weren't read for longest. Null reads all.
    /// </summary>
    public int? CoverageDays { get; init; }
}
