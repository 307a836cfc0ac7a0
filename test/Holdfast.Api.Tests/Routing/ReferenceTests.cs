using System.Text.RegularExpressions;

namespace Holdfast.Api.Tests.Routing;

/// <summary>Every address that Azure's clients are known to ask is served: those of the published description for VMs, and those that azure-cli 2.45 and 2.74 were seen to ask.</summary>
public sealed partial class ReferenceTests
{
    private const string S = "/subscriptions/s";
    private const string V = S + "/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v";
    private const string F = V + "/backupFabrics/Azure";
    private const string I = F + "/protectionContainers/c/protectedItems/i";
    private const string P = I + "/recoveryPoints/1";
    private const string L = S + "/providers/Microsoft.RecoveryServices/locations/local";

    public static TheoryData<string, string> Addresses => new()
    {
        { "GET PUT PATCH", V + "/backupconfig/vaultconfig" },
        { "GET PUT PATCH", V + "/backupstorageconfig/vaultstorageconfig" },
        { "GET PUT", V + "/backupEncryptionConfigs/backupResourceEncryptionConfig" },
        { "GET", V + "/backupResourceGuardProxies" },
        { "GET PUT", V + "/backupResourceGuardProxies/VaultProxy" },
        { "GET", V + "/backupPolicies" },
        { "GET PUT DELETE", V + "/backupPolicies/p" },
        { "GET", V + "/backupPolicies/p/operationResults/o" },
        { "GET", V + "/backupPolicies/p/operations/o" },
        { "POST", F + "/refreshContainers" },
        { "GET", F + "/operationResults/o" },
        { "GET", F + "/operationsStatus/o" },
        { "GET", V + "/backupProtectableItems" },
        { "GET", V + "/backupProtectionContainers" },
        { "GET", V + "/backupDeletedProtectionContainers" },
        { "GET", V + "/backupProtectedItems" },
        { "GET", F + "/protectionContainers/c" },
        { "GET", F + "/protectionContainers/c/operationResults/o" },
        { "GET PUT DELETE", I },
        { "GET", I + "/operationResults/o" },
        { "GET", I + "/operationsStatus/o" },
        { "POST", I + "/backup" },
        { "GET", I + "/recoveryPoints" },
        { "GET", P },
        { "GET", P + "/operationsStatus/o" },
        { "POST", P + "/restore" },
        { "POST", P + "/provisionInstantItemRecovery" },
        { "POST", P + "/revokeInstantItemRecovery" },
        { "POST", P + "/move" },
        { "POST", I + "/recoveryPointsRecommendedForMove" },
        { "GET", V + "/backupJobs" },
        { "GET", V + "/backupJobs/j" },
        { "POST", V + "/backupJobs/j/cancel" },
        { "GET", V + "/backupJobs/j/operationResults/o" },
        { "GET", V + "/backupJobs/j/operationsStatus/o" },
        { "POST", V + "/backupJobsExport" },
        { "GET", V + "/backupJobs/operationResults/o" },
        { "GET", V + "/backupOperations/o" },
        { "GET", V + "/backupOperationResults/o" },
        { "GET", V + "/backupUsageSummaries" },
        { "POST", V + "/backupValidateOperation" },
        { "POST", V + "/backupTriggerValidateOperation" },
        { "GET", V + "/backupValidateOperationResults/o" },
        { "GET", V + "/backupValidateOperationsStatuses/o" },
        { "POST", V + "/backupSecurityPIN" },
        { "POST", L + "/backupStatus" },
        { "POST", L + "/backupValidateFeatures" },
        { "POST", L + "/backupPreValidateProtection" },
        { "GET", S + "/providers/Microsoft.RecoveryServices/vaults" },
        { "GET", S + "/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults" },
        { "GET PUT PATCH DELETE", V },
        { "GET", "/subscriptions" },
        { "GET", "/tenants" },
        { "GET", S },
        { "GET", S + "/resourcegroups" },
        { "GET", S + "/resourcegroups/g" },
        { "GET", S + "/resources" },
        { "GET", S + "/locations" },
        { "GET", S + "/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm" },
        { "GET", S + "/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm/instanceView" },
        { "GET", S + "/resourcegroups/g/providers/Microsoft.ClassicStorage/storageAccounts/a" },
        { "GET", S + "/resourcegroups/g/providers/Microsoft.Storage/storageAccounts/a" },
        { "GET", S + "/resourcegroups/g/providers/Microsoft.Network/virtualNetworks/n" },
        { "GET", S + "/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets/default" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public void What_clients_ask_is_served(string methods, string path) => Assert.All(
        methods.Split(' '), method => Assert.Contains(ArmApi.Routes().All, r => r.Method == method && Pattern(r.Template).IsMatch(path)));

    private static Regex Pattern(string template) => new(
        "^" + Placeholder().Replace(Regex.Escape(template).Replace("\\{", "{", StringComparison.Ordinal), "[^/]+") + "$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();
}
