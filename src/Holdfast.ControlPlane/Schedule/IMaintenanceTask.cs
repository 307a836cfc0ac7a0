namespace Holdfast.ControlPlane.Schedule;

/// <summary>Work that a node does by itself, again and again: retention, purges. Of several nodes one does it at a time.</summary>
/// <remarks>MUST be safe to run twice and to be cut off at any instant. Register implementations as services; their names are unique.</remarks>
public interface IMaintenanceTask
{
    /// <summary>Its stable name.</summary>
    string Name { get; }

    /// <summary>How often it runs.</summary>
    TimeSpan Interval { get; }

    /// <summary>Does it once.</summary>
    Task RunAsync(CancellationToken ct);
}
