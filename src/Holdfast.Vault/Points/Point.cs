namespace Holdfast.Vault;

/// <summary>A recovery point: one source at one instant, whole by itself.</summary>
/// <param name="VaultId">The vault it is in.</param>
/// <param name="SourceId">What was backed up.</param>
/// <param name="PointId">Its id.</param>
/// <param name="CreatedUtc">The instant it shows, as its writer said.</param>
/// <param name="Disks">Its disks.</param>
/// <param name="Attachments">Its attachments.</param>
/// <param name="Properties">UTF-8 JSON that the vault keeps for the caller and doesn't read.</param>
/// <param name="Statistics">What writing it took.</param>
/// <param name="Retention">What keeps it, at the time it was read.</param>
public sealed record Point(
    VaultId VaultId,
    SourceId SourceId,
    PointId PointId,
    DateTimeOffset CreatedUtc,
    IReadOnlyList<PointDisk> Disks,
    IReadOnlyList<PointAttachment> Attachments,
    ReadOnlyMemory<byte> Properties,
    PointStatistics Statistics,
    RetentionMark Retention)
{
    /// <summary>
    /// Until when an immutable vault keeps it, whoever wants it deleted; null if nothing of that kind does. Of a point that a vault lists, the later of the date that
    /// stands in it and the one that the vault's immutability gives it now.
    /// </summary>
    public DateTimeOffset? LockedUntilUtc { get; init; }

    /// <summary>Whether an immutable vault keeps it at this time.</summary>
    public bool IsLocked(DateTimeOffset now) => LockedUntilUtc > now;

    /// <summary>The point of another vault that it is a copy of; null if it isn't one.</summary>
    public PointOrigin? Origin { get; init; }
}
