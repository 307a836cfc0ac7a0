using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>A VM that is undefined behind a node's back: before it is protected, before its backup, and between two looks at it.</summary>
public sealed class GoneVmTests(Host host)
{
    private const string Gone = "UserErrorVmNotFoundV2";

    [Fact]
    [Condition("B09", Proof.Provocation)]
    public async Task B09_vm_undefined_before_it_is_protected_or_backed_up_on_demand_is_said_to_be_gone()
    {
        await using var vm = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 8 });
        await using var node = await ServedNode.StartAsync(host.NewFolder("served"));
        var api = new ApiClient(node, await node.TokenAsync(node.InitialCredential()), vm.Name);
        var definition = await vm.Guest.XmlAsync("--inactive");

        // Seen, and gone when it is to be protected.
        await api.MakeVaultAsync();
        Assert.Equal(202, (await api.RefreshAsync()).Status);
        Assert.Contains(vm.Name, (await api.GetAsync($"{api.Subscription}/providers/Microsoft.Compute/virtualMachines")).ToJsonString(), StringComparison.Ordinal);
        await Tool.VirshAsync("undefine", vm.Name);
        var (status, body) = await api.TryProtectAsync();
        Assert.Equal((404, Gone), (status, (string)JsonNode.Parse(body)!["error"]!["code"]!));
        Assert.Empty((await api.GetAsync(api.Vault + "/backupJobs"))["value"]!.AsArray());

        // Back, protected, and gone when it is to be backed up.
        var file = Path.Combine(vm.Guest.Folder, "again.xml");
        await File.WriteAllTextAsync(file, definition.ToString());
        await Tool.VirshAsync("define", file);
        await api.ProtectAsync();
        await Tool.VirshAsync("undefine", vm.Name);
        var job = (await api.BackUpAsync())["properties"]!;
        Assert.Equal("Failed", (string)job["status"]!);
        Assert.Equal([Gone], job["errorDetails"]!.AsArray().Select(e => (string)e!["errorTitle"]!));
        Assert.Equal("Failed", (string)(await api.GetAsync(api.Item))["properties"]!["lastBackupStatus"]!);
    }

    [Fact]
    [Condition("B17", Proof.Provocation)]
    public async Task B17_vm_undefined_since_it_was_protected_is_said_to_be_gone_by_its_health_once_what_is_there_is_looked_at()
    {
        await using var vm = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 8 });
        await using var node = await ServedNode.StartAsync(host.NewFolder("served"));
        var api = new ApiClient(node, await node.TokenAsync(node.InitialCredential()), vm.Name);
        await api.ProtectAsync();
        var before = (await api.GetAsync(api.Item))["properties"]!;
        Assert.DoesNotContain(Gone, before.ToJsonString(), StringComparison.Ordinal);

        await Tool.VirshAsync("undefine", vm.Name);
        Assert.Equal(202, (await api.RefreshAsync()).Status);

        JsonNode item = before;
        await Eventually.TrueAsync("its health says so", async () =>
            ApiClient.HealthOf(item = (await api.GetAsync(api.Item))["properties"]!).SequenceEqual([Gone]));
        Assert.Equal("ActionRequired", (string)item["healthStatus"]!);
        Assert.Equal(((string)before["protectionState"]!, (string)before["policyId"]!, ""), ((string)item["protectionState"]!, (string)item["policyId"]!, (string)item["lastBackupStatus"]!));
    }
}
