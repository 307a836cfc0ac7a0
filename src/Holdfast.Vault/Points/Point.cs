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
    RetentionMark Retention);
