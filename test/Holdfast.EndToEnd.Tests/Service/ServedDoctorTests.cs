using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>doctor and agent by the node that protects the VM: it does them, as whoever asks may, one thing at a time, and keeps a record.</summary>
public sealed class ServedDoctorTests(Host host)
{
    private const int Busy = 7;

    [Fact]
    public async Task A_node_examines_its_VMs_tells_of_agents_and_records_who_did_what()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        await using var node = await ServedNode.StartAsync(host.NewFolder("served"));
        await new ApiClient(node, await node.TokenAsync(node.InitialCredential()), guest.Name).ProtectAsync();

        // A guest that has just booted on a busy machine may be at its processor's limit.
        var found = (await RunAsync("doctor", guest.Name, "--data", node.Folder, "--output", "json")).Json.GetProperty("results").EnumerateArray().ToList();
        Assert.All(found, r => Assert.True(
            r.GetProperty("outcome").GetString() == "passed" || r.GetProperty("fault").GetProperty("code").GetString() == "HoldfastGuestPressure", r.ToString()));
        Assert.Contains(found, r => r.GetProperty("check").GetString() == "answers");
        await node.RunAsync("agent", "validate", guest.Name);
        Assert.Equal("connected", (string)(await node.RunAsync("agent", "status", guest.Name))["state"]!);
        Assert.Equal("it is there already", (string)(await node.RunAsync("agent", "attach-channel", guest.Name))["detail"]!);

        // From elsewhere, by TLS: who may read may examine, and nothing more.
        var reader = Path.Combine(node.Folder, "reader");
        await File.WriteAllTextAsync(reader, (await node.RunAsync("credential", "create", "--role", "Reader")).ToJsonString());
        File.SetUnixFileMode(reader, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string[] remote = ["--server", node.Address, "--ca-file", node.Authority, "--credential-file", reader, "--output", "json"];
        Assert.Equal("connected", (await RunAsync(["agent", "status", guest.Name, .. remote])).Succeeded().Json.GetProperty("state").GetString());
        var examined = (await RunAsync(["doctor", guest.Name, .. remote])).Json.GetProperty("results").EnumerateArray().ToList();
        Assert.Contains(examined, r => r.GetProperty("check").GetString() == "answers" && r.GetProperty("outcome").GetString() == "passed");
        Assert.Equal("AuthorizationFailed", (await RunAsync(["agent", "attach-channel", guest.Name, .. remote])).FaultCode);
        Assert.Equal("AuthorizationFailed", (await RunAsync(["agent", "update", guest.Name, .. remote])).FaultCode);

        var log = (await node.RunAsync("audit", "list"))["entries"]!.AsArray();
        Assert.Contains(log, e => ((string)e!["target"]!).EndsWith($"/{guest.Name}/attachAgentChannel", StringComparison.Ordinal) && (string)e["outcome"]! == "succeeded");
        Assert.Contains(log, e => ((string)e!["target"]!).EndsWith($"/{guest.Name}/updateAgent", StringComparison.Ordinal) && (string)e["outcome"]! == "refused");
    }

    [Fact]
    public async Task A_safe_remedy_is_done_by_the_node_never_beside_a_backup_nor_by_another_engine()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 64 });
        var pause = Path.Combine(host.NewFolder("pause"), "pause");
        await using var node = await ServedNode.StartAsync(
            host.NewFolder("served"), new Dictionary<string, string> { ["HOLDFAST_TEST_PAUSE_AT"] = "Transfer:before", ["HOLDFAST_TEST_PAUSE_FILE"] = pause });
        await new ApiClient(node, await node.TokenAsync(node.InitialCredential()), vm.Name).ProtectAsync();
        var backup = RunAsync("backup", vm.Name, "--data", node.Folder, "--output", "json");
        await Eventually.TrueAsync("the node stands in mid-backup", () => File.Exists(pause));

        var refused = await RunAsync("agent", "attach-channel", vm.Name, "--data", node.Folder, "--output", "json");
        Assert.Equal((Busy, "UserErrorBackupOperationInProgress"), (refused.ExitCode, refused.FaultCode));
        Assert.Equal("HoldfastAgentUpdateRefused", (await RunAsync("agent", "update", vm.Name, "--data", node.Folder, "--output", "json")).FaultCode);
        Assert.Equal(("failed", "UserErrorBackupOperationInProgress"), await FixAsync(node, vm));
        Assert.Equal("HoldfastVmServed", (await RunAsync("agent", "attach-channel", vm.Name, "--output", "json")).FaultCode);
        File.Delete(pause);
        await backup;

        Assert.Equal("done", (await FixAsync(node, vm)).Outcome);
        Assert.Contains("org.qemu.guest_agent.0", (await vm.Guest.XmlAsync("--inactive")).ToString(), StringComparison.Ordinal);
        var log = (await node.RunAsync("audit", "list"))["entries"]!.AsArray();
        Assert.Equal(
            ["failed", "succeeded"],
            log.Where(e => ((string)e!["target"]!).EndsWith($"/{vm.Name}/remedies/AttachChannel", StringComparison.Ordinal)).Select(e => (string)e!["outcome"]!).Order());
    }

    private static async Task<(string? Outcome, string? Detail)> FixAsync(ServedNode node, BareVm vm)
    {
        var told = (await RunAsync("doctor", vm.Name, "--fix", "--yes", "--data", node.Folder, "--output", "json")).Json.GetProperty("remedies").EnumerateArray()
            .Single(r => r.GetProperty("kind").GetString() == "attachChannel");
        return (told.GetProperty("outcome").GetString(), told.GetProperty("detail").GetString());
    }

    private static async Task<CliResult> RunAsync(params string[] arguments) => new(await Tool.TryAsync(HoldfastProgram.FilePath, arguments));
}
