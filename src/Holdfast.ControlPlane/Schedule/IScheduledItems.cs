using Holdfast.ControlPlane.Policies;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>What the schedule asks of the rest of the control plane.</summary>
public interface IScheduledItems
{
    /// <summary>The item, or null if it isn't to be backed up by a schedule (stopped, suspended, deleted, unknown).</summary>
    Task<ScheduledItem?> FindAsync(Guid itemId, CancellationToken ct);

    /// <summary>All items that are to be backed up by a schedule.</summary>
    Task<IReadOnlyList<ScheduledItem>> ListAsync(CancellationToken ct);

    /// <summary>Queues a backup job. MUST be idempotent for an item and a due time, since a due backup may be announced again after a crash.</summary>
    /// <param name="itemId">The item.</param>
    /// <param name="occurrence">When it was due, and when it should have started.</param>
    /// <param name="isLate">It was missed and is made up for now.</param>
    /// <param name="ct">Cancels it.</param>
    Task<DueOutcome> QueueAsync(Guid itemId, Occurrence occurrence, bool isLate, CancellationToken ct);
}
