using System.Text.Json.Nodes;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>One VM on two hosts, and one host that only one of two nodes sees.</summary>
public sealed class TwoHostsTests(Host host, PostgresServer postgres)
{
    private const string OnTwoHosts = "HoldfastVmOnTwoHosts";

    [Fact]
    public async Task A_vm_that_runs_on_two_hosts_at_once_is_neither_protected_nor_backed_up()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 8 });
        await using var libvirt = await UserLibvirt.StartAsync();
        await using var other = await BareVm.DefineAsync(host, new GuestSpec(new DiskSpec("vda") { SizeMiB = 8 }) { Libvirt = libvirt });
        await other.RedefineAsync(xml =>
        {
            xml.SetElementValue("uuid", vm.Guest.Uuid);
            xml.SetElementValue("name", vm.Name);
        });
        await using var node = await ServedNode.StartAsync(host.NewFolder("served"));
        var api = new ApiClient(node, await node.TokenAsync(node.InitialCredential()), vm.Name);
        string[] second = ["host", "add", "second", "--uri", $"qemu+unix:///session?socket={libvirt.Socket}", "--resource-group", "holdfast"];
        await libvirt.VirshAsync("start", vm.Name);
        try
        {
            await node.RunAsync(second);
            var (status, body) = await api.TryProtectAsync();
            Assert.InRange(status, 400, 499);
            Assert.Equal(OnTwoHosts, (string)JsonNode.Parse(body)!["error"]!["code"]!);

            // It was on one of them when it was protected.
            await node.RunAsync("host", "remove", "second");
            await api.ProtectAsync();
            await node.RunAsync(second);
            var job = (await api.BackUpAsync())["properties"]!;
            Assert.Equal("Failed", (string)job["status"]!);
            Assert.Equal([OnTwoHosts], job["errorDetails"]!.AsArray().Select(e => (string)e!["errorTitle"]!));
            Assert.False(await vm.Guest.HasBackupJobAsync());
        }
        finally
        {
            await Guest.RemoveAsync(vm.Name, libvirt);
        }

        // A definition that was left behind does no harm.
        Assert.Contains("Completed", (string)(await api.BackUpAsync())["properties"]!["status"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jobs_asked_of_a_node_that_does_not_see_the_host_run_on_the_node_that_does()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 8 });
        await using var pair = await NodePair.CreateAsync(host, postgres, vm.Name);
        await using var blind = await pair.StartBlindAAsync();
        var api = new ApiClient(blind, await blind.TokenAsync(blind.InitialCredential()), vm.Name);
        for (var i = 0; i < 3; i++)
            Assert.Contains("Completed", (string)(await api.BackUpAsync())["properties"]!["status"]!, StringComparison.Ordinal);
        Assert.Equal(4, (await pair.B.PointsAsync(vm.Name)).Count);
        Assert.DoesNotContain($"Backup of {vm.Name} begins", (await blind.StopAsync()).Log, StringComparison.Ordinal);
    }
}
