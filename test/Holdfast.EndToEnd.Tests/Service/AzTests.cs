using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>The whole life of a protected VM, driven by azure-cli as people use it, with what it does being real.</summary>
[Collection(typeof(AzOnOneNode))]
public sealed class AzTests(Host host, AzNode node)
{
    private static readonly string[] Place = ["-g", "holdfast", "-v", "v1"];
    private static readonly string[] Kind = ["--backup-management-type", "AzureIaasVM", "--workload-type", "VM"];
    private static readonly Dictionary<string, string> Written = new() { ["vda"] = "read -P 0xA1 1024k 512k", ["vdb"] = "read -P 0xB2 2048k 256k" };
    private readonly AzCli _az = node.Az;
    private string[] _item = [];

    [Fact]
    public async Task A_VM_is_backed_up_and_restored_in_three_ways_by_azure_cli()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 64 }, new DiskSpec("vdb") { SizeMiB = 32 }, new DiskSpec("vdc") { SizeMiB = 16 });
        await vm.WriteAsync("vda", 1024, 512, 0xA1);
        await vm.WriteAsync("vdb", 2048, 256, 0xB2);
        await using var place = await RestorePlace.CreateAsync(host);
        _item = ["-c", vm.Name, "-i", vm.Name];

        await _az.BackupAsync("vault", "create", "-n", "v1", "-g", "holdfast", "-l", "local");
        Assert.Null(await _az.RunAsync("backup", "protection", "check-vm", "--vm", vm.Name, "-g", "holdfast"));
        var enabled = await _az.BackupAsync(["protection", "enable-for-vm", .. Place, "--vm", vm.Name, "--policy-name", "DefaultPolicy"]);
        Assert.Equal("ConfigureBackup", (string)enabled["properties"]!["operation"]!);

        // A backup, and what it holds
        var backup = await _az.BackupAsync(["protection", "backup-now", .. Place, .. _item, .. Kind, "--retain-until", "01-12-2099"]);
        await EndedAsync(backup, "Completed", "CompletedWithWarnings");
        var point = (string)Assert.Single((await _az.BackupAsync(["recoverypoint", "list", .. Place, .. _item, .. Kind])).AsArray())!["name"]!;
        await vm.StopAsync();

        string[] restore = ["restore", "restore-disks", .. Place, .. _item, "-r", point, "--storage-account", place.Pool];
        await EndedAsync(await _az.BackupAsync([.. restore, "--target-resource-group", "holdfast"]), "Completed", "CompletedWithWarnings");
        await AssertHoldsAsync(Directory.GetFiles(place.Path, "*.qcow2", SearchOption.AllDirectories), vm);

        // Some of the disks: the OS disk alone, and with it those that are named by their LUNs.
        await AssertRestoresOnlyAsync(restore, place, ["vda"], "--restore-only-osdisk");
        await AssertRestoresOnlyAsync(restore, place, ["vda", "vdb"], "--diskslist", "0");

        var copy = host.NewName("copy");
        try
        {
            await EndedAsync(
                await _az.BackupAsync([
                    .. restore, "--target-resource-group", "holdfast", "--target-vm-name", copy, "--target-vnet-name", place.Network,
                    "--target-vnet-resource-group", "holdfast", "--target-subnet-name", "default",
                ]),
                "Completed", "CompletedWithWarnings");
            Assert.Contains(copy, await Tool.VirshAsync("list", "--all", "--name"), StringComparison.Ordinal);
        }
        finally
        {
            await Guest.RemoveAsync(copy);
        }

        // In place: what was written since is gone.
        await BareVm.WriteImageAsync(vm.Disks[0].Path, vm.Disks[0].Format, 1024, 512, 0xFF);
        await EndedAsync(await _az.BackupAsync([.. restore, "--restore-mode", "OriginalLocation"]), "Completed", "CompletedWithWarnings");
        await Tool.RunAsync("qemu-io", "-f", vm.Disks[0].Format, "-c", "read -P 0xA1 1024k 512k", vm.Disks[0].Path);

        // A backup that fails says why, and what to do.
        File.Move(vm.Disks[1].Path, vm.Disks[1].Path + ".away");
        var failing = await _az.BackupAsync(["protection", "backup-now", .. Place, .. _item, .. Kind, "--retain-until", "01-12-2099"]);
        var failed = await EndedAsync(failing, "Failed");
        File.Move(vm.Disks[1].Path + ".away", vm.Disks[1].Path);
        var shown = await _az.BackupAsync(["job", "show", .. Place, "-n", failed]);
        var error = Assert.Single(shown["properties"]!["errorDetails"]!.AsArray())!;
        Assert.NotEqual(0, (int)error["errorCode"]!);
        Assert.NotEmpty(error["recommendations"]!.AsArray());
        Assert.Equal("ActionRequired", (string)(await _az.BackupAsync(["item", "show", .. Place, "-c", vm.Name, "-n", vm.Name, .. Kind]))["properties"]!["healthStatus"]!);
        await ShownWithHealthAsync(vm, error);
        var stop = await _az.TryAsync(["backup", "job", "stop", .. Place, "-n", failed]);
        Assert.Contains("isn't in progress", stop.Errors, StringComparison.Ordinal);

        // Stop, resume, delete, undelete
        await _az.BackupAsync(["protection", "disable", .. Place, .. _item, .. Kind, "--yes"]);
        Assert.Equal("ProtectionStopped", await StateAsync(vm));
        await _az.BackupAsync(["protection", "resume", .. Place, .. _item, .. Kind, "--policy-name", "DefaultPolicy"]);
        Assert.Equal("Protected", await StateAsync(vm));
        await _az.BackupAsync(["protection", "disable", .. Place, .. _item, .. Kind, "--delete-backup-data", "true", "--yes"]);
        Assert.NotEqual(0, (await _az.TryAsync("backup", "vault", "delete", "-n", "v1", "-g", "holdfast", "--yes")).ExitCode);
        await _az.BackupAsync(["protection", "undelete", .. Place, .. _item, .. Kind]);
        Assert.Single((await _az.BackupAsync(["recoverypoint", "list", .. Place, .. _item, .. Kind])).AsArray());

        // Without soft delete the data goes, and then the vault can.
        await _az.BackupAsync("vault", "backup-properties", "set", "-n", "v1", "-g", "holdfast", "--soft-delete-feature-state", "Disable");
        await EndedAsync(await _az.BackupAsync(["protection", "disable", .. Place, .. _item, .. Kind, "--delete-backup-data", "true", "--yes"]), "Completed");
        await _az.BackupAsync("vault", "delete", "-n", "v1", "-g", "holdfast", "--yes");
        Assert.DoesNotContain((await _az.BackupAsync("vault", "list")).AsArray(), v => (string)v!["name"]! == "v1");
    }

    /// <summary>The item tells the failure and what the pre-check found, in English, and in Chinese where the vault's language is that.</summary>
    private async Task ShownWithHealthAsync(BareVm vm, JsonNode error)
    {
        JsonArray details = [];
        await Eventually.TrueAsync("the pre-check after the job is shown", async () =>
        {
            details = (await ShowAsync(vm))["healthDetails"]!.AsArray();
            return details.Any(d => (string)d!["title"]! == "HoldfastImageNotFound" || (string)d["title"]! == "HoldfastAgentChannelMissing");
        });
        Assert.Equal((string)error["errorTitle"]!, (string)details[0]!["title"]!);
        Assert.Equal((int)error["errorCode"]!, (int)details[0]!["code"]!);
        Assert.All(details, d => Assert.True((int)d!["code"]! != 0 && ((string)d["message"]!).Length > 0 && d["recommendations"]!.AsArray().Count > 0, d!.ToJsonString()));
        Assert.DoesNotContain(details, d => ((string)d!["message"]!).Any(c => c > 0x4e00));
        await _az.BackupAsync("vault", "create", "-n", "v1", "-g", "holdfast", "-l", "local", "--tags", "holdfast-language=zh-TW");
        Assert.All((await ShowAsync(vm))["healthDetails"]!.AsArray(), d => Assert.Contains(((string)d!["message"]!), c => c > 0x4e00));
        await _az.BackupAsync("vault", "create", "-n", "v1", "-g", "holdfast", "-l", "local", "--tags", "holdfast-language=en");
    }

    private async Task<JsonNode> ShowAsync(BareVm vm) =>
        (await _az.BackupAsync(["item", "show", .. Place, "-c", vm.Name, "-n", vm.Name, .. Kind]))["properties"]!;

    private async Task AssertRestoresOnlyAsync(string[] restore, RestorePlace place, string[] targets, params string[] choice)
    {
        var before = Directory.GetFiles(place.Path, "*.qcow2", SearchOption.AllDirectories);
        await EndedAsync(await _az.BackupAsync([.. restore, "--target-resource-group", "holdfast", .. choice]), "Completed", "CompletedWithWarnings");
        var images = Directory.GetFiles(place.Path, "*.qcow2", SearchOption.AllDirectories).Except(before).ToList();
        Assert.Equal(targets.Length, images.Count);
        foreach (var target in targets)
            await Tool.RunAsync("qemu-io", "-r", "-c", Written[target], Assert.Single(images, i => i.EndsWith($"-{target}.qcow2", StringComparison.Ordinal)));
    }

    private static async Task AssertHoldsAsync(string[] images, BareVm vm)
    {
        Assert.Equal(vm.Disks.Count, images.Length);
        foreach (var (disk, command) in Written)
        {
            var image = images.Single(i => Path.GetFileName(i).Contains(disk, StringComparison.Ordinal));
            await Tool.RunAsync("qemu-io", "-r", "-c", command, image);
        }
    }

    private async Task<string> StateAsync(BareVm vm) =>
        (string)(await _az.BackupAsync(["item", "show", .. Place, "-c", vm.Name, "-n", vm.Name, .. Kind]))["properties"]!["protectionState"]!;

    private Task<string> EndedAsync(JsonNode job, params string[] expected) => node.EndedAsync("v1", job, expected);
}
