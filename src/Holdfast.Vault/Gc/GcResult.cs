namespace Holdfast.Vault;

/// <summary>What a collection did.</summary>
public sealed record GcResult
{
    /// <summary>Whether it only looked.</summary>
    public bool DryRun { get; init; }

    /// <summary>Points whose maps were read.</summary>
    public int PointsMarked { get; init; }

    /// <summary>Packs deleted.</summary>
    public int PacksDropped { get; init; }

    /// <summary>Bytes of these.</summary>
    public long DroppedBytes { get; init; }

    /// <summary>Of the dropped packs, those of which something was written anew before.</summary>
    public int PacksRepacked { get; init; }

    /// <summary>Bytes that this wrote.</summary>
    public long RepackedBytes { get; init; }

    /// <summary>Packs that were condemned before, but are in use again, or too much so to be written anew within the budget.</summary>
    public int PacksKept { get; init; }

    /// <summary>Packs that are condemned now: a later run drops them.</summary>
    public int PacksCondemned { get; init; }

    /// <summary>About how many bytes that will free.</summary>
    public long CondemnedBytes { get; init; }

    /// <summary>From when on the condemned packs may go; null if none is.</summary>
    public DateTimeOffset? DroppableFrom { get; init; }

    /// <summary>Open sessions that have to end before condemned packs can go.</summary>
    public IReadOnlyList<SessionInfo> WaitingFor { get; init; } = [];

    /// <summary>
    /// Points of which isn't known what they need, because their object or a map page can't be read. As long as there are some, nothing is dropped.
    /// </summary>
    public IReadOnlyList<UnreadablePoint> Unreadable { get; init; } = [];
}
