using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>
/// azure-cli 2.74 as Debian 13 has it, unmodified, from the folder that HOLDFAST_TEST_AZ_NEW names; scripts/az-2.74.sh makes it. Only
/// `make test-full` runs this: the folder takes 2 GB.
/// </summary>
[Trait("Client", "az-2.74")]
public sealed class AzNewTests(Host host)
{
    private static readonly string[] Place = ["-g", "holdfast", "-v", "v1"];
    private static readonly string[] Vault = ["-g", "holdfast", "-n", "v1"];
    private static readonly string[] Kind = ["--backup-management-type", "AzureIaasVM", "--workload-type", "VM"];

    [Fact]
    public async Task A_VM_is_backed_up_and_restored_by_azure_cli_2_74()
    {
        var root = Environment.GetEnvironmentVariable("HOLDFAST_TEST_AZ_NEW");
        Assert.True(root is { Length: > 0 }, "HOLDFAST_TEST_AZ_NEW isn't set: see scripts/az-2.74.sh.");
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 64 });
        await vm.WriteAsync("vda", 1024, 512, 0xA1);
        await using var place = await RestorePlace.CreateAsync(host);
        await using var served = new AzNode(host);
        await served.StartNodeAsync();
        var configuration = "/tmp/" + host.NewName("az");
        try
        {
            var az = await AzCli.LogInFromAsync(root, configuration, served.Node);
            Assert.StartsWith("2.74", (string)(await az.RunAsync("version"))!["azure-cli"]!, StringComparison.Ordinal);
            await WalkAsync(az, served, vm, place);
        }
        finally
        {
            Directory.Delete(root + configuration, recursive: true);
        }
    }

    private static async Task WalkAsync(AzCli az, AzNode served, BareVm vm, RestorePlace place)
    {
        string[] item = ["-c", vm.Name, "-i", vm.Name];

        // A vault: its properties are changed by other requests than 2.45's.
        await az.BackupAsync(["vault", "create", .. Vault, "-l", "local"]);
        await az.BackupAsync(["vault", "backup-properties", "set", .. Vault, "--backup-storage-redundancy", "LocallyRedundant"]);
        Assert.Equal("kept", (string)(await az.BackupAsync(["vault", "update", .. Vault, "--tags", "use=kept"]))["tags"]!["use"]!);
        var changed = (await az.BackupAsync(["vault", "backup-properties", "set", .. Vault, "--soft-delete-duration", "20"]))["properties"]!;
        Assert.Equal(20, (int)changed["softDeleteRetentionPeriodInDays"]!);
        var shown = (await az.BackupAsync(["vault", "backup-properties", "show", .. Vault])).AsArray();
        Assert.Equal("LocallyRedundant", (string)shown[0]!["properties"]!["storageModelType"]!);

        // A policy
        var policy = await az.BackupAsync(["policy", "get-default-for-vm", .. Place]);
        await az.BackupAsync(["policy", "create", .. Place, "-n", "p2", .. Kind, "--policy", policy.ToJsonString()]);
        await az.BackupAsync(["policy", "set", .. Place, "-n", "p2", "--policy", policy.ToJsonString()]);

        // Protected, backed up
        Assert.Null(await az.RunAsync("backup", "protection", "check-vm", "--vm", vm.Name, "-g", "holdfast"));
        await az.BackupAsync(["protection", "enable-for-vm", .. Place, "--vm", vm.Name, "--policy-name", "DefaultPolicy"]);
        await az.BackupAsync(["item", "set-policy", .. Place, "-c", vm.Name, "-n", vm.Name, .. Kind, "--policy-name", "p2"]);
        var backup = await az.BackupAsync(["protection", "backup-now", .. Place, .. item, .. Kind, "--retain-until", "01-12-2099"]);
        await served.EndedAsync("v1", backup, "Completed", "CompletedWithWarnings");
        await az.BackupAsync(["job", "wait", .. Place, "-n", (string)backup["name"]!]);
        Assert.Single((await az.BackupAsync(["job", "list", .. Place, "--operation", "Backup"])).AsArray());
        var point = (string)Assert.Single((await az.BackupAsync(["recoverypoint", "list", .. Place, .. item, .. Kind])).AsArray())!["name"]!;
        var stop = await az.RefusedAsync(["job", "stop", .. Place, "-n", (string)backup["name"]!]);
        Assert.Contains("HoldfastJobNotInProgress", stop, StringComparison.Ordinal);

        // Restored: as images, and in place
        await vm.StopAsync();
        string[] restore = ["restore", "restore-disks", .. Place, .. item, "-r", point, "--storage-account", place.Pool];
        await served.EndedAsync("v1", await az.BackupAsync([.. restore, "--target-resource-group", "holdfast"]), "Completed", "CompletedWithWarnings");
        await Tool.RunAsync("qemu-io", "-r", "-c", "read -P 0xA1 1024k 512k", Assert.Single(Directory.GetFiles(place.Path, "*.qcow2", SearchOption.AllDirectories)));
        await BareVm.WriteImageAsync(vm.Disks[0].Path, vm.Disks[0].Format, 1024, 512, 0xFF);
        await served.EndedAsync("v1", await az.BackupAsync([.. restore, "--restore-mode", "OriginalLocation"]), "Completed", "CompletedWithWarnings");
        await Tool.RunAsync("qemu-io", "-f", vm.Disks[0].Format, "-c", "read -P 0xA1 1024k 512k", vm.Disks[0].Path);
        Assert.Contains("HoldfastFeatureNotSupported", await az.RefusedAsync(["restore", "files", "mount-rp", .. Place, .. item, "-r", point]), StringComparison.Ordinal);

        // Suspended, which 2.45's own SDK doesn't know, stopped, resumed, deleted, brought back, deleted for good
        await az.BackupAsync(["protection", "disable", .. Place, .. item, .. Kind, "--retain-as-per-policy", "true", "--yes"]);
        Assert.Equal("BackupsSuspended", await StateAsync());
        await az.BackupAsync(["item", "set-policy", .. Place, "-c", vm.Name, "-n", vm.Name, .. Kind, "--policy-name", "p2"]);
        Assert.Equal("Protected", await StateAsync());
        await az.BackupAsync(["protection", "disable", .. Place, .. item, .. Kind, "--yes"]);
        await az.BackupAsync(["protection", "resume", .. Place, .. item, .. Kind, "--policy-name", "DefaultPolicy"]);
        await az.BackupAsync(["policy", "delete", .. Place, "-n", "p2"]);
        await az.BackupAsync(["protection", "disable", .. Place, .. item, .. Kind, "--delete-backup-data", "true", "--yes"]);
        Assert.Single((await az.BackupAsync(["vault", "list-soft-deleted-containers", .. Vault, "--backup-management-type", "AzureIaasVM"])).AsArray());
        await az.BackupAsync(["protection", "undelete", .. Place, .. item, .. Kind]);
        await az.BackupAsync(["vault", "backup-properties", "set", .. Vault, "--soft-delete-feature-state", "Disable"]);
        await served.EndedAsync(
            "v1", await az.BackupAsync(["protection", "disable", .. Place, .. item, .. Kind, "--delete-backup-data", "true", "--yes"]), "Completed");
        await az.BackupAsync(["vault", "delete", .. Vault, "--yes"]);
        Assert.Empty((await az.BackupAsync("vault", "list")).AsArray());

        async Task<string> StateAsync() =>
            (string)(await az.BackupAsync(["item", "show", .. Place, "-c", vm.Name, "-n", vm.Name, .. Kind]))["properties"]!["protectionState"]!;
    }
}
