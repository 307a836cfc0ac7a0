using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;
using LibvirtOfUser = Holdfast.EndToEnd.Tests.Harness.Libvirt;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>Where a restore through the API goes to is looked at when it is asked for.</summary>
public sealed class RestoreTargetTests(Host host)
{
    private static readonly LibvirtOfUser Session = new SessionLibvirt();

    [Fact]
    [Condition("R06", Proof.Provocation)]
    [Condition("R10", Proof.Provocation)]
    public async Task R06_R10_pool_in_another_location_and_unknown_subnet_are_told_apart()
    {
        await using var vm = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 8 });
        await using var place = await RestorePlace.CreateAsync(host);
        await using var node = await ServedNode.StartAsync(host.NewFolder("served"));
        var api = new ApiClient(node, await node.TokenAsync(node.InitialCredential()), vm.Name);
        await Eventually.TrueAsync("the VM is known", async () =>
            (await api.GetAsync(api.Subscription + "/resourceGroups/holdfast/providers/Microsoft.Compute/virtualMachines")).ToJsonString()
                .Contains($"/virtualMachines/{vm.Name}\"", StringComparison.OrdinalIgnoreCase));
        await api.ProtectAsync();
        Assert.StartsWith("Completed", (string)(await api.BackUpAsync())["properties"]!["status"]!, StringComparison.Ordinal);
        var point = (string)Assert.Single((await api.GetAsync(api.Item + "/recoveryPoints"))["value"]!.AsArray())!["name"]!;

        // The same machine's other libvirt, as a host that stands somewhere else.
        await node.RunAsync("host", "add", "far", "--uri", Session.Uri, "--resource-group", "far", "--location", "elsewhere");
        var far = host.NewName("far");
        await Session.VirshAsync("pool-create-as", far, "dir", "--target", host.NewFolder("far"));
        try
        {
            // What hosts have is read now and then.
            (int Status, string Body) answer = default;
            await Eventually.TrueAsync("the other host's pools are known", async () =>
            {
                answer = await RestoreAsync(api, point, "far", far, []);
                return !answer.Body.Contains("HoldfastPoolNotFound", StringComparison.Ordinal);
            });
            Assert.Contains("HoldfastTargetLocationMismatch", answer.Body, StringComparison.Ordinal);
            Assert.True(answer.Status is >= 400 and < 500, answer.Body);

            var network = $"{api.Subscription}/resourceGroups/holdfast/providers/Microsoft.Network/virtualNetworks/{place.Network}";
            var wrong = await RestoreAsync(api, point, "holdfast", place.Pool, new JsonObject
            {
                ["recoveryType"] = "AlternateLocation",
                ["targetResourceGroupId"] = $"{api.Subscription}/resourceGroups/holdfast",
                ["targetVirtualMachineId"] = $"{api.Subscription}/resourceGroups/holdfast/providers/Microsoft.Compute/virtualMachines/{host.NewName("copy")}",
                ["virtualNetworkId"] = network,
                ["subnetId"] = network + "/subnets/factory",
            });
            Assert.Contains("HoldfastSubnetNotFound", wrong.Body, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(place.Path));
        }
        finally
        {
            await Session.TryVirshAsync("pool-destroy", far);
        }
    }

    [Fact]
    [Condition("R01", Proof.Provocation)]
    [Condition("R04", Proof.Provocation)]
    public async Task R01_R04_addresses_that_others_have_since_are_told_by_the_validation_of_a_restore()
    {
        const string mac = "52:54:00:aa:bb:31";
        await using var place = await RestorePlace.CreateAsync(host, "<dhcp><range start='SUBNET.2' end='SUBNET.100'/><host mac='" + mac + "' ip='SUBNET.50'/></dhcp>");
        var spec = new GuestSpec(new DiskSpec("vda") { SizeMiB = 8 })
        {
            DevicesXml = $"<interface type='network'><mac address='{mac}'/><source network='{place.Network}'/><model type='virtio'/></interface>",
        };
        await using var vm = await BareVm.DefineAsync(host, spec);
        await using var node = await ServedNode.StartAsync(host.NewFolder("served"));
        var api = new ApiClient(node, await node.TokenAsync(node.InitialCredential()), vm.Name);
        await Eventually.TrueAsync("the VM is known", async () =>
            (await api.GetAsync(api.Subscription + "/resourceGroups/holdfast/providers/Microsoft.Compute/virtualMachines")).ToJsonString()
                .Contains($"/virtualMachines/{vm.Name}\"", StringComparison.OrdinalIgnoreCase));
        await api.ProtectAsync();
        Assert.StartsWith("Completed", (string)(await api.BackUpAsync())["properties"]!["status"]!, StringComparison.Ordinal);
        var point = (string)Assert.Single((await api.GetAsync(api.Item + "/recoveryPoints"))["value"]!.AsArray())!["name"]!;
        Assert.Empty(await ValidateAsync(api, vm.Name, point));

        await using (await BareVm.DefineAsync(host, spec))
            Assert.Equal(["HoldfastMacAddressTaken"], await ValidateAsync(api, vm.Name, point));

        await place.ReserveInsteadAsync(mac, "52:54:00:aa:bb:32", ".50");
        Assert.Equal(["HoldfastReservedAddressConflict"], await ValidateAsync(api, vm.Name, point));
    }

    private static async Task<IEnumerable<string>> ValidateAsync(ApiClient api, string vm, string point)
    {
        var (status, body) = await api.SendAsync("POST", api.Vault + "/backupValidateOperation", new JsonObject
        {
            ["objectType"] = "ValidateIaasVMRestoreOperationRequest",
            ["restoreRequest"] = new JsonObject
            {
                ["objectType"] = "IaasVMRestoreRequest", ["recoveryPointId"] = point, ["recoveryType"] = "OriginalLocation", ["region"] = "local",
                ["sourceResourceId"] = $"{api.Subscription}/resourceGroups/holdfast/providers/Microsoft.Compute/virtualMachines/{vm}",
            },
        });
        Assert.True(status == 200, body);
        return JsonNode.Parse(body)!["validateOperationResponse"]!["validationResults"]!.AsArray().Select(f => (string)f!["code"]!);
    }

    private static Task<(int Status, string Body)> RestoreAsync(ApiClient api, string point, string group, string pool, JsonObject more)
    {
        var properties = new JsonObject
        {
            ["objectType"] = "IaasVMRestoreRequest",
            ["recoveryPointId"] = point,
            ["recoveryType"] = "RestoreDisks",
            ["sourceResourceId"] = $"{api.Subscription}/resourceGroups/holdfast/providers/Microsoft.Compute/virtualMachines/{api.Item.Split(';')[^1]}",
            ["storageAccountId"] = $"{api.Subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{pool}",
            ["region"] = "local",
        };
        foreach (var (name, value) in more)
            properties[name] = value!.DeepClone();
        return api.SendAsync("POST", $"{api.Item}/recoveryPoints/{point}/restore", new JsonObject { ["properties"] = properties });
    }

    private sealed class SessionLibvirt : LibvirtOfUser
    {
        public override string Uri => "qemu:///session";
    }
}
