using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>The commands of <c>az backup</c> that <see cref="AzTests"/> has no use for. docs/api-compatibility.md lists what each is answered.</summary>
[Collection(typeof(AzOnOneNode))]
public sealed class AzCommandTests(Host host, AzNode node)
{
    private const int NotFound = 3;
    private const string UnsupportedCode = "HoldfastFeatureNotSupported";
    private static readonly string[] Kind = ["--backup-management-type", "AzureIaasVM", "--workload-type", "VM"];
    private readonly AzCli _az = node.Az;

    [Fact]
    public async Task Vaults_and_policies_are_managed_by_azure_cli()
    {
        string[] vault = ["-n", "v2", "-g", "holdfast"], place = ["-g", "holdfast", "-v", "v2"];
        await _az.BackupAsync(["vault", "create", .. vault, "-l", "local"]);
        Assert.Equal("kept", (string)(await _az.BackupAsync(["vault", "create", .. vault, "-l", "local", "--tags", "use=kept"]))["tags"]!["use"]!);
        Assert.Contains((await _az.BackupAsync("vault", "list", "-g", "holdfast")).AsArray(), v => (string)v!["name"]! == "v2");
        Assert.Equal("Enabled", (string)(await _az.BackupAsync(["vault", "show", .. vault]))["properties"]!["publicNetworkAccess"]!);

        // Properties
        string[] set = ["vault", "backup-properties", "set", .. vault];
        await _az.BackupAsync([.. set, "--backup-storage-redundancy", "ZoneRedundant"]);
        await _az.BackupAsync([.. set, "--soft-delete-feature-state", "Disable"]);
        var alerts = (await _az.BackupAsync([.. set, "--classic-alerts", "Disable"]))["properties"]!["monitoringSettings"]!;
        Assert.Equal("Disabled", (string)alerts["classicAlertSettings"]!["alertsForCriticalOperations"]!);
        Assert.Equal("Enabled", (string)alerts["azureMonitorAlertSettings"]!["alertsForAllJobFailures"]!);
        var shown = (await _az.BackupAsync(["vault", "backup-properties", "show", .. vault])).AsArray();
        Assert.Equal(("ZoneRedundant", "Disabled"), ((string)shown[0]!["properties"]!["storageModelType"]!, (string)shown[1]!["properties"]!["softDeleteFeatureState"]!));
        Assert.Contains(UnsupportedCode, await _az.RefusedAsync([.. set, "--hybrid-backup-security-features", "Disable"]), StringComparison.Ordinal);

        // What isn't offered says so.
        Assert.Equal("MicrosoftManaged", (string)(await _az.BackupAsync(["vault", "encryption", "show", .. vault]))["properties"]!["encryptionAtRestType"]!);
        Assert.Null(await _az.RunAsync(["backup", "vault", "identity", "show", .. vault]));
        Assert.Contains(UnsupportedCode, await _az.RefusedAsync(["vault", "identity", "assign", .. vault, "--system-assigned"]), StringComparison.Ordinal);
        Assert.Equal(NotFound, (await _az.TryAsync(["backup", "vault", "resource-guard-mapping", "show", .. vault])).ExitCode);
        var guard = node.Group + "/providers/Microsoft.DataProtection/resourceGuards/g";
        Assert.Contains(
            UnsupportedCode, await _az.RefusedAsync(["vault", "resource-guard-mapping", "update", .. vault, "--resource-guard-id", guard]), StringComparison.Ordinal);

        // Policies
        var file = Path.Combine(host.NewFolder("policy"), "policy.json");
        var policy = await _az.BackupAsync(["policy", "get-default-for-vm", .. place]);
        await WriteAsync(14);
        await _az.BackupAsync(["policy", "create", .. place, "-n", "p2", .. Kind, "--policy", file]);
        await WriteAsync(21);
        Assert.Equal(21, DailyCount(await _az.BackupAsync(["policy", "set", .. place, "-n", "p2", "--policy", file])));
        Assert.Equal(21, DailyCount(await _az.BackupAsync(["policy", "show", .. place, "-n", "p2"])));
        Assert.Equal(["EnhancedPolicy"], Names(await _az.BackupAsync(["policy", "list", .. place, "--policy-sub-type", "Enhanced"])));
        Assert.Equal(["DefaultPolicy", "EnhancedPolicy", "p2"], Names(await _az.BackupAsync(["policy", "list", .. place, .. Kind])));
        Assert.Empty((await _az.BackupAsync(["policy", "list", .. place, "--workload-type", "MSSQL"])).AsArray());
        await WriteAsync(0);
        Assert.Contains("retentionDuration.count", await _az.RefusedAsync(["policy", "set", .. place, "-n", "p2", "--policy", file]), StringComparison.Ordinal);
        await _az.BackupAsync(["policy", "delete", .. place, "-n", "p2"]);
        Assert.Equal(NotFound, (await _az.TryAsync(["backup", "policy", "show", .. place, "-n", "p2"])).ExitCode);
        await _az.BackupAsync(["vault", "delete", .. vault, "--yes"]);
        Assert.Equal(NotFound, (await _az.TryAsync(["backup", "vault", "show", .. vault])).ExitCode);

        async Task WriteAsync(int days)
        {
            policy["properties"]!["retentionPolicy"]!["dailySchedule"]!["retentionDuration"]!["count"] = days;
            await File.WriteAllTextAsync(file, policy.ToJsonString());
        }
    }

    [Fact]
    public async Task A_protected_VM_and_its_jobs_are_managed_by_azure_cli()
    {
        string[] vault = ["-n", "v3", "-g", "holdfast"], place = ["-g", "holdfast", "-v", "v3"];
        await using var vm = await StartLargeAsync();
        string[] item = ["-c", vm.Name, "-i", vm.Name], named = ["-c", vm.Name, "-n", vm.Name];
        var disk = Assert.Single((await _az.RunAsync("disk", "list", "-g", "holdfast"))!.AsArray(), d => (string)d!["name"]! == vm.Name + "_vda")!;
        Assert.Equal(("Attached", 64L << 20), ((string)disk["diskState"]!, (long)disk["diskSizeBytes"]!));
        await _az.BackupAsync(["vault", "create", .. vault, "-l", "local"]);
        await _az.BackupAsync(["vault", "backup-properties", "set", .. vault, "--soft-delete-feature-state", "Disable"]);
        await _az.BackupAsync(["protection", "enable-for-vm", .. place, "--vm", vm.Name, "--policy-name", "EnhancedPolicy"]);
        Assert.EndsWith("/v3", (string)(await _az.RunAsync("backup", "protection", "check-vm", "--vm", vm.Name, "-g", "holdfast"))!, StringComparison.Ordinal);

        // A job that runs is stopped while another az waits for it.
        var path = $"{node.Vault("v3")}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;holdfast;{vm.Name}/protectedItems/VM;iaasvmcontainerv2;holdfast;{vm.Name}";
        await node.AskAsync("POST", path + "/backup", """{"properties":{"objectType":"IaasVMBackupRequest"}}""", 202);
        var running = (await node.AskAsync("GET", node.Vault("v3") + "/backupJobs?$filter=operation%20eq%20'Backup'"))["value"]![0]!;
        await Eventually.TrueAsync("libvirt's job runs", vm.Guest.HasBackupJobAsync);
        var waiting = _az.BackupAsync(["job", "wait", .. place, "-n", (string)running["name"]!]);
        await _az.BackupAsync(["job", "stop", .. place, "-n", (string)running["name"]!]);
        await node.EndedAsync("v3", running, "Cancelled");
        Assert.Empty((await _az.BackupAsync(["recoverypoint", "list", .. place, .. item, .. Kind])).AsArray());

        // Disks are left out, and taken in again; the policy is changed.
        await _az.BackupAsync(["protection", "update-for-vm", .. place, .. item, "--disk-list-setting", "exclude", "--diskslist", "0"]);
        var excluded = (await ItemAsync())["properties"]!["extendedProperties"]!["diskExclusionProperties"]!;
        Assert.Equal((0, false), ((int)excluded["diskLunList"]![0]!, (bool)excluded["isInclusionList"]!));
        Assert.Equal([vm.Name], Friendly(await _az.BackupAsync(["policy", "list-associated-items", .. place, "-n", "EnhancedPolicy", "--backup-management-type", "AzureIaasVM"])));
        Assert.Contains("HoldfastPolicyInUse", await _az.RefusedAsync(["policy", "delete", .. place, "-n", "EnhancedPolicy"]), StringComparison.Ordinal);
        await _az.BackupAsync(["item", "set-policy", .. place, .. named, .. Kind, "--policy-name", "DefaultPolicy"]);
        Assert.Empty((await _az.BackupAsync(["policy", "list-associated-items", .. place, "-n", "EnhancedPolicy", "--backup-management-type", "AzureIaasVM"])).AsArray());
        Assert.Equal("DefaultPolicy", (string)(await ItemAsync())["properties"]!["policyName"]!);

        // Containers
        Assert.Equal([vm.Name], Friendly(await _az.BackupAsync(["container", "list", .. place, "--backup-management-type", "AzureIaasVM"])));
        var container = await _az.BackupAsync(["container", "show", .. place, "-n", vm.Name, "--backup-management-type", "AzureIaasVM"]);
        Assert.Equal("Registered", (string)(await _az.BackupAsync(["container", "show", .. place, "-n", (string)container["name"]!]))["properties"]!["registrationStatus"]!);
        Assert.Equal([vm.Name], Friendly(await _az.BackupAsync(["item", "list", .. place])));

        // A point, and what can be asked of it
        await node.EndedAsync("v3", await _az.BackupAsync(["protection", "backup-now", .. place, .. item, .. Kind]), "Completed", "CompletedWithWarnings");
        var point = (string)Assert.Single((await _az.BackupAsync(["recoverypoint", "list", .. place, .. item, .. Kind, "--start-date", "01-01-2020", "--end-date", "01-01-2099"])).AsArray())!["name"]!;
        var disks = (await _az.BackupAsync(["recoverypoint", "show", .. place, .. item, .. Kind, "-n", point]))["properties"]!["recoveryPointDiskConfiguration"]!;
        Assert.Equal((1, 2), ((int)disks["numberOfDisksIncludedInBackup"]!, (int)disks["numberOfDisksAttachedToVm"]!));
        Assert.Empty((await _az.BackupAsync(["recoverypoint", "list", .. place, .. item, .. Kind, "--recommended-for-archive"])).AsArray());
        Assert.Contains(
            UnsupportedCode,
            await _az.RefusedAsync(["recoverypoint", "move", .. place, .. item, .. Kind, "-n", point, "--source-tier", "VaultStandard", "--destination-tier", "VaultArchive"]),
            StringComparison.Ordinal);
        Assert.Contains("AzureWorkload", await _az.RefusedAsync(["recoverypoint", "show-log-chain", .. place, .. item, .. Kind]), StringComparison.Ordinal);
        Assert.Contains(UnsupportedCode, await _az.RefusedAsync(["restore", "files", "mount-rp", .. place, .. item, "-r", point]), StringComparison.Ordinal);
        await _az.BackupAsync(["restore", "files", "unmount-rp", .. place, .. item, "-r", point]);
        await ValidationTellsWhatStandsInTheWayAsync(vm, point);

        // Jobs by status, kind and time
        Assert.Equal(["Cancelled"], Statuses(await _az.BackupAsync(["job", "list", .. place, "--status", "Cancelled"])));
        Assert.Empty((await _az.BackupAsync(["job", "list", .. place, "--status", "InProgress"])).AsArray());
        Assert.Equal(2, (await _az.BackupAsync(["job", "list", .. place, "--operation", "Backup", "--start-date", "01-01-2020", "--end-date", "01-01-2099"])).AsArray().Count);
        Assert.Empty((await _az.BackupAsync(["job", "list", .. place, "--start-date", "01-01-2020", "--end-date", "02-01-2020"])).AsArray());
        Assert.Equal("Cancelled", (string)(await waiting)["properties"]!["status"]!);

        // All disks again, and gone with its vault
        await _az.BackupAsync(["protection", "update-for-vm", .. place, .. item, "--disk-list-setting", "resetexclusionsettings"]);
        var again = (await ItemAsync())["properties"]!;
        Assert.Equal(("Protected", true), ((string)again["protectionState"]!, again["extendedProperties"] is null));
        Assert.Contains("existing resources within the vault", await _az.RefusedAsync(["vault", "delete", .. vault, "--yes"]), StringComparison.Ordinal);
        await _az.BackupAsync(["vault", "delete", .. vault, "--force", "--yes"]);
        Assert.DoesNotContain("v3", Names(await _az.BackupAsync("vault", "list")));

        async Task<JsonNode> ItemAsync() => await _az.BackupAsync(["item", "show", .. place, .. named, .. Kind]);
    }

    private static string[] Names(JsonNode list) => [.. list.AsArray().Select(e => (string)e!["name"]!).Order(StringComparer.Ordinal)];

    private static string[] Friendly(JsonNode list) => [.. list.AsArray().Select(e => (string)e!["properties"]!["friendlyName"]!)];

    private static string[] Statuses(JsonNode list) => [.. list.AsArray().Select(e => (string)e!["properties"]!["status"]!)];

    private static int DailyCount(JsonNode policy) => (int)policy["properties"]!["retentionPolicy"]!["dailySchedule"]!["retentionDuration"]!["count"]!;

    // No command of az asks for it.
    private async Task ValidationTellsWhatStandsInTheWayAsync(BareVm vm, string point)
    {
        foreach (var (kind, code) in ((string, string?)[])[("OriginalLocation", null), ("RestoreDisks", "HoldfastPoolNotFound")])
        {
            var request = new JsonObject
            {
                ["objectType"] = "ValidateIaasVMRestoreOperationRequest",
                ["restoreRequest"] = new JsonObject
                {
                    ["objectType"] = "IaasVMRestoreRequest", ["recoveryPointId"] = point, ["recoveryType"] = kind,
                    ["sourceResourceId"] = $"{node.Group}/providers/Microsoft.Compute/virtualMachines/{vm.Name}",
                    ["storageAccountId"] = node.Group + "/providers/Microsoft.Storage/storageAccounts/none-such", ["region"] = "local",
                },
            };
            var answer = await node.AskAsync("POST", node.Vault("v3") + "/backupValidateOperation", request.ToJsonString());
            var found = answer["validateOperationResponse"]!["validationResults"]!.AsArray();
            Assert.Equal(code is null ? [] : [code], found.Select(f => (string)f!["code"]!));
            Assert.All(found, f => Assert.NotEmpty(f!["recommendations"]!.AsArray()));
        }
    }

    /// <summary>A VM whose second disk takes some seconds to be read.</summary>
    private async Task<BareVm> StartLargeAsync()
    {
        var vm = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 64 }, new DiskSpec("vdb") { SizeMiB = 1024 });
        var random = vm.Disks[1].Path + ".random";
        await Tool.RunAsync("dd", "if=/dev/urandom", "of=" + random, "bs=1M", "count=1024", "status=none");
        await Tool.RunAsync("qemu-img", "convert", "-O", "qcow2", random, vm.Disks[1].Path);
        File.Delete(random);
        await vm.StartAsync();
        return vm;
    }
}
