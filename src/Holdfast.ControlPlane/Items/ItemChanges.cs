using System.Globalization;
using Holdfast.ControlPlane.Jobs;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Items;

/// <summary>Azure's transitions of a protected item. Pure.</summary>
internal static class ItemChanges
{
    /// <summary>What a PUT makes of an existing item.</summary>
    /// <exception cref="FaultException">It isn't possible in the item's state, or the request contradicts itself.</exception>
    public static ItemChange Of(ProtectedItemRow item, ProtectedItemSpec spec)
    {
        if (spec.IsRehydrate)
        {
            return item.IsSoftDeleted
                ? new(JobOperation.Undelete, ProtectionState.ProtectionStopped, NeedsPolicy: false, KeepsPolicy: false, Undeletes: true)
                : throw Unsuitable(item, "undelete");
        }

        RefuseSoftDeleted(item);
        return spec.State switch
        {
            ProtectionState.ProtectionStopped => item.State is ProtectionState.ProtectionStopped
                ? throw Unsuitable(item, "stop protection")
                : new(JobOperation.DisableBackup, ProtectionState.ProtectionStopped, NeedsPolicy: false, KeepsPolicy: false, Undeletes: false),
            ProtectionState.BackupsSuspended => item.PolicyId is null || item.State is ProtectionState.BackupsSuspended
                ? throw Unsuitable(item, "suspend backups")
                : new(JobOperation.DisableBackup, ProtectionState.BackupsSuspended, NeedsPolicy: false, KeepsPolicy: true, Undeletes: false),
            _ when spec.PolicyId is null => throw new FaultException(InputFaults.InvalidArgument("properties.policyId", "a policy is needed")),
            _ => new(JobOperation.ConfigureBackup, Resumed(item), NeedsPolicy: true, KeepsPolicy: false, Undeletes: false),
        };
    }

    /// <summary>Refuses what can't be done with a soft-deleted item.</summary>
    public static void RefuseSoftDeleted(ProtectedItemRow item)
    {
        if (item.IsSoftDeleted)
        {
            throw new FaultException(ServiceFaults.ItemSoftDeleted(
                item.VmName, item.PurgeAtUtc?.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) ?? ""));
        }
    }

    /// <summary>The state of an item whose backup ended.</summary>
    /// <remarks>A backup that was under way when protection was stopped changes nothing about that.</remarks>
    public static ProtectionState AfterBackup(ProtectedItemRow item, bool succeeded) => item.State switch
    {
        ProtectionState.ProtectionStopped or ProtectionState.BackupsSuspended => item.State,
        _ when succeeded => ProtectionState.Protected,
        _ when item.LastPointUtc is null => ProtectionState.IRPending,
        _ => ProtectionState.ProtectionError,
    };

    private static ProtectionState Resumed(ProtectedItemRow item) => item.State switch
    {
        ProtectionState.ProtectionStopped or ProtectionState.BackupsSuspended =>
            item.LastPointUtc is null ? ProtectionState.IRPending : ProtectionState.Protected,
        _ => item.State,
    };

    private static FaultException Unsuitable(ProtectedItemRow item, string operation) =>
        new(ServiceFaults.ItemStateUnsuitable(item.VmName, item.State.ToString(), operation));
}
