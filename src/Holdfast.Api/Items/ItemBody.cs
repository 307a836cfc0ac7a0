using Holdfast.Api.Requests;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Items;
using Holdfast.Faults;

namespace Holdfast.Api.Items;

/// <summary>Reads the body that puts a protected item.</summary>
internal static class ItemBody
{
    private const int LunMax = 1023;

    public static ProtectedItemSpec Read(ArmCall call, BodyObject body)
    {
        var properties = body.Ignore("id", "name", "type", "eTag", "location", "tags").RequiredChild("properties");
        properties.Word("protectedItemType", Kinds.VirtualMachines, "AzureIaaSVMProtectedItem", "Microsoft.ClassicCompute/virtualMachines");

        // What a GET answers and a client sends back unchanged.
        properties.Ignore(
            Kinds.ManagementType, "workloadType", "containerName", "friendlyName", "virtualMachineId", "protectionStatus", "healthStatus", "healthDetails", "kpisHealths",
            "lastBackupStatus", "lastBackupTime", "lastRecoveryPoint", "protectedItemDataId", "extendedInfo", "policyName", "isScheduledForDeferredDelete",
            "deferredDeleteTimeInUTC", "deferredDeleteTimeRemaining", "isDeferredDeleteScheduleUpcoming", "softDeleteRetentionPeriodInDays", "vaultId", "createMode",
            "backupSetName", "policyType", "isArchiveEnabled", "resourceGuardOperationRequests");
        return new()
        {
            SourceResourceId = properties.Id("sourceResourceId", Kinds.VirtualMachines),
            PolicyId = properties.Id("policyId", "Microsoft.RecoveryServices/vaults/backupPolicies"),
            IsRehydrate = properties.Flag("isRehydrate") is true,
            State = properties.Word(
                "protectionState", "ProtectionStopped", "BackupsSuspended", "Protected", "IRPending", "ProtectionError", "ProtectionPaused", "Invalid") switch
            {
                "ProtectionStopped" => ProtectionState.ProtectionStopped,
                "BackupsSuspended" => ProtectionState.BackupsSuspended,
                "ProtectionPaused" => throw RequestFaults.FeatureNotSupported(properties.PathOf("protectionState") + " = ProtectionPaused").ToException(),
                _ => null,
            },
            DiskExclusion = Exclusion(properties.Child("extendedProperties")),
            RequestedBy = call.Caller,
        };
    }

    // Extended properties that name no exclusion take it away: so `az backup protection update-for-vm` resets it.
    private static DiskExclusion? Exclusion(BodyObject? extended)
    {
        if (extended is null)
            return null;
        var exclusion = extended.Ignore("linuxVmApplicationName").Child("diskExclusionProperties");
        return new(exclusion?.Numbers("diskLunList", 0, LunMax, LunMax) ?? [], exclusion?.Flag("isInclusionList") is true);
    }
}
