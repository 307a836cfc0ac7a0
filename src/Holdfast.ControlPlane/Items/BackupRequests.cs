using Holdfast.ControlPlane.Jobs;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Items;

/// <summary>Backups on demand.</summary>
public sealed class BackupRequests(JobQueue queue, TimeProvider time)
{
    /// <summary>Puts a backup into the queue.</summary>
    /// <param name="item">The item.</param>
    /// <param name="retainUntil">The point is kept until then; null lets the policy decide.</param>
    /// <param name="requestedBy">Who asks.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="FaultException">The item isn't protected, or another operation is in progress on it.</exception>
    public async Task<OperationRow> TriggerAsync(ProtectedItemRow item, DateTimeOffset? retainUntil, string? requestedBy, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(item);
        ItemChanges.RefuseSoftDeleted(item);
        if (!item.IsScheduled)
            throw new FaultException(ServiceFaults.ItemStateUnsuitable(item.VmName, item.State.ToString(), "backup"));
        if (retainUntil <= time.GetUtcNow())
            throw new FaultException(InputFaults.InvalidArgument("properties.recoveryPointExpiryTimeInUTC", "it lies in the past"));
        return (await queue.EnqueueAsync(item, new BackupJobRequest(JobTrigger.OnDemand, null, retainUntil, requestedBy), ct).ConfigureAwait(false)).Operation;
    }
}
