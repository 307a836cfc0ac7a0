namespace Holdfast.ControlPlane.Schedule;

/// <summary>Where a node's scheduler keeps its triggers.</summary>
public sealed record ScheduleOptions
{
    /// <summary>PostgreSQL, shared by all nodes; null for a node that is alone.</summary>
    public string? Postgres { get; init; }

    /// <summary>The SQLite file of a node that is alone.</summary>
    public string? SqliteFile { get; init; }

    /// <summary>The node's name, unlike every other's.</summary>
    public required string NodeName { get; init; }

    /// <summary>How often the triggers are compared with items and policies: a change of these takes effect no later.</summary>
    public TimeSpan ReconcileInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a node of several says that it is alive; a dead one's unfinished firings are taken over some such intervals later.</summary>
    public TimeSpan CheckinInterval { get; init; } = TimeSpan.FromSeconds(3);
}
