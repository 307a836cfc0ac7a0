namespace Holdfast.Vault;

/// <summary>A session that is open in the vault: its writer is at work, or died.</summary>
/// <param name="PointId">The point it would make.</param>
/// <param name="SourceId">What it backs up.</param>
/// <param name="Host">The writer's host name.</param>
/// <param name="ProcessId">The writer's process id on its host.</param>
/// <param name="OpenedUtc">When it was opened, by its writer's clock.</param>
/// <param name="Heartbeat">The writer's heartbeat counter as it stands.</param>
/// <param name="Writer">What is known of the writer.</param>
public sealed record SessionInfo(
    PointId PointId, SourceId SourceId, string Host, int ProcessId, DateTimeOffset OpenedUtc, long Heartbeat, WriterState Writer);
