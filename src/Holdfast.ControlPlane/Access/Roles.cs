using System.Diagnostics.CodeAnalysis;

namespace Holdfast.ControlPlane.Access;

/// <summary>
/// The four roles. What they allow follows Azure's built-in definitions for backup; they are wider in one thing: there is no separate
/// Virtual Machine Contributor here, so that Contributor and Operator may also read and write the VMs, networks and pools inside
/// the scope they are assigned at. An assignment at a vault therefore gives no right on any VM.
/// </summary>
public static class Roles
{
    private static readonly string[] Reading =
    [
        "Microsoft.Authorization/*/read",
        "Microsoft.Compute/*/read",
        "Microsoft.Network/virtualNetworks/read",
        "Microsoft.Network/virtualNetworks/subnets/read",
        "Microsoft.Storage/storageAccounts/read",
        "Microsoft.Resources/subscriptions/read",
        "Microsoft.Resources/subscriptions/locations/read",
        "Microsoft.Resources/subscriptions/resources/read",
        "Microsoft.Resources/subscriptions/resourceGroups/read",
        "Microsoft.Resources/subscriptions/resourceGroups/resources/read",
        "Microsoft.Resources/providers/read",
        "Microsoft.RecoveryServices/*/read",
        "Microsoft.RecoveryServices/vaults/backupJobsExport/action",
        "Microsoft.RecoveryServices/locations/backupStatus/action",
        "Microsoft.RecoveryServices/locations/backupPreValidateProtection/action",
        "Microsoft.RecoveryServices/locations/backupValidateFeatures/action",
        AccessActions.ReadMetrics,
    ];

    private static readonly string[] Operating =
    [
        .. Reading,
        "Microsoft.RecoveryServices/vaults/backupFabrics/refreshContainers/action",
        "Microsoft.RecoveryServices/vaults/refreshContainers/*",
        "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/write",
        "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/backup/action",
        "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/recoveryPoints/*/action",
        "Microsoft.RecoveryServices/vaults/backupJobs/*",
        "Microsoft.RecoveryServices/vaults/backupValidateOperation/action",
        "Microsoft.RecoveryServices/vaults/backupTriggerValidateOperation/action",
        "Microsoft.RecoveryServices/vaults/backupstorageconfig/*",
        "Microsoft.Compute/virtualMachines/write",
        AccessActions.Remedy,
        "Microsoft.Network/virtualNetworks/subnets/join/action",
        "Microsoft.Storage/storageAccounts/write",
        "Microsoft.Resources/subscriptions/resourceGroups/write",
    ];

    /// <summary>May do everything, also give rights to others.</summary>
    public static Role Owner { get; } = new(
        "Owner", "Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "May do everything, also give rights to others.", ["*"]);

    /// <summary>Manages backup: everything but deleting vaults and giving rights to others.</summary>
    public static Role BackupContributor { get; } = new(
        "Contributor", "Backup Contributor", "5e467623-bb1f-42f4-a55d-6e525e11384b",
        "Manages backup: everything but deleting vaults and giving rights to others.",
        [.. Operating, "Microsoft.RecoveryServices/vaults/*", "Microsoft.RecoveryServices/locations/*", AccessActions.Disrupt, AccessActions.UpdateAgent],
        [
            "Microsoft.RecoveryServices/vaults/delete",
            "Microsoft.RecoveryServices/vaults/backupResourceGuardProxies/write",
            "Microsoft.RecoveryServices/vaults/backupResourceGuardProxies/delete",
        ]);

    /// <summary>Protects, backs up and restores; can't delete data, stop protection, or change policies.</summary>
    public static Role BackupOperator { get; } = new(
        "Operator", "Backup Operator", "00c29273-979b-4161-815c-10b084fb9324",
        "Protects, backs up and restores; can't delete data, stop protection, or manage policies and vaults.", Operating);

    /// <summary>Sees everything of backup and changes nothing.</summary>
    public static Role BackupReader { get; } = new(
        "Reader", "Backup Reader", "a795c7a0-d4a2-40c1-ae25-d81f01202912", "Sees everything of backup and changes nothing.", Reading);

    /// <summary>All roles, the mightiest first.</summary>
    public static IReadOnlyList<Role> All { get; } = [Owner, BackupContributor, BackupOperator, BackupReader];

    /// <summary>Finds a role by its short name, name, or id; case doesn't count.</summary>
    public static bool TryFind(string? text, [NotNullWhen(true)] out Role? role)
    {
        role = All.FirstOrDefault(r => r.ShortName.Equals(text, StringComparison.OrdinalIgnoreCase)
            || r.Name.Equals(text, StringComparison.OrdinalIgnoreCase)
            || (Guid.TryParse(text, out var id) && r.Id == id));
        return role is not null;
    }
}
