using Holdfast.ControlPlane.Policies;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>An item that is to be backed up by a schedule.</summary>
/// <param name="ItemId">Its id; its offset within the start window is drawn from it.</param>
/// <param name="Policy">Its policy.</param>
public sealed record ScheduledItem(Guid ItemId, BackupPolicy Policy)
{
    /// <summary>The item's first run that starts strictly after an instant.</summary>
    public Occurrence Next(DateTimeOffset after) => ScheduleCalculator.Next(Policy, ItemId.ToString("D"), after);
}
