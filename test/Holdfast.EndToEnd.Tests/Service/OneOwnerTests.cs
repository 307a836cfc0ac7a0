using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>A vault and a VM that a node serves have one owner: whichever way a command comes, the node does what it asks, one thing at a time.</summary>
public sealed class OneOwnerTests(Host host)
{
    private const int Busy = 7;
    private const int Degraded = 3;
    private const int Cancelled = 130;

    [Fact]
    public async Task Command_line_and_API_at_the_same_instant_make_one_backup_and_the_next_increment_equals_a_full_read()
    {
        await using var vm = await BareVm.StartAsync(host, new("vda") { SizeMiB = 64 }, new("vdb") { SizeMiB = 32 });
        await using var pool = await Pool.CreateAsync(host);
        await using var served = await StartAsync(vm);
        await vm.WriteRandomAsync("vda", 0, 4096);
        await vm.WriteRandomAsync("vdb", 512, 1024);

        // Whoever comes first stands in mid-backup until the other one has its answer.
        var command = served.RunAsync("backup", vm.Name, "--data", served.Node.Folder);
        var (status, body) = await served.AskAsync("POST", served.Item + "/backup", Served.BackupBody);
        if (status == 202)
        {
            var refused = await command;
            Assert.Equal((Busy, "UserErrorBackupOperationInProgress"), (refused.ExitCode, refused.FaultCode));
        }
        else
        {
            Assert.Equal("UserErrorBackupOperationInProgress", (string)JsonNode.Parse(body)!["error"]!["code"]!);
        }

        await served.PausedAsync();
        var job = Assert.Single((await served.RunAsync("job", "list", "--operation", "Backup", "--data", served.Node.Folder)).Succeeded().Json.GetProperty("jobs").EnumerateArray());
        served.Resume();
        await served.RunAsync("job", "wait", job.GetProperty("id").GetString()!, "--data", served.Node.Folder);
        if (status != 202)
            Assert.Equal(Degraded, (await command).ExitCode);

        // The vault's folder leads to the node, too: no passphrase is needed, nothing is written beside it.
        await vm.WriteRandomAsync("vda", 8192, 256);
        var second = await served.RunAsync("backup", vm.Name, "--vault", served.VaultFolder, "--retain-until", "30d");
        Assert.True(second.ExitCode == Degraded, second.Text);
        var result = Assert.Single(second.Json.GetProperty("results").EnumerateArray());
        Assert.All(result.GetProperty("disks").EnumerateArray(), d => Assert.Equal("incremental", d.GetProperty("mode").GetString()));
        Assert.Equal("HoldfastNodeAlive", (await served.RunAsync("backup", vm.Name, "--vault", served.VaultFolder, "--passphrase-file", served.Key, "--offline")).FaultCode);
        Assert.Equal("HoldfastNodeAlive", (await served.RunAsync(
            "restore", vm.Name, "--in-place", "--shutdown", "--vault", served.VaultFolder, "--passphrase-file", served.Key, "--offline")).FaultCode);

        // Nor into a vault of another's, beside the node that protects the VM.
        await AssertHasOneOwnerAsync(served, vm.Name);

        await vm.StopAsync();
        var restored = (await served.RunAsync("restore", vm.Name, "--disks-to", pool.Path, "--data", served.Node.Folder)).Succeeded().Json;
        Assert.Equal(result.GetProperty("point").GetString(), restored.GetProperty("point").GetString());
        var images = restored.GetProperty("disks").EnumerateArray().ToDictionary(d => d.GetProperty("target").GetString()!, d => d.GetProperty("path").GetString()!);
        foreach (var disk in vm.Disks)
            await Tool.RunAsync("qemu-img", "compare", disk.Path, images[disk.Target]);
        await AssertSameFromEverywhereAsync(served, vm.Name, result.GetProperty("point").GetString()!);
    }

    [Fact]
    public async Task Ctrl_C_on_the_command_cancels_the_nodes_job_and_leaves_no_point()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 64 });
        await using var served = await StartAsync(vm);
        await vm.WriteRandomAsync("vda", 0, 4096);
        await using var command = HoldfastProcess.Start(served.StartInfo("backup", vm.Name, "--data", served.Node.Folder));
        await served.PausedAsync();
        var (_, refused) = await served.AskAsync("POST", served.Item + "/backup", Served.BackupBody);
        Assert.Equal("UserErrorBackupOperationInProgress", (string)JsonNode.Parse(refused)!["error"]!["code"]!);
        await command.CtrlCAsync();
        await Eventually.TrueAsync("the job is asked to stop", async () =>
            (await served.RunAsync("job", "list", "--status", "Cancelling", "--data", served.Node.Folder)).Succeeded().Json.GetProperty("jobs").GetArrayLength() == 1);
        served.Resume();
        Assert.Equal(Cancelled, (await command.EndAsync()).ExitCode);
        Assert.Empty((await served.RunAsync("points", "list", "--data", served.Node.Folder)).Succeeded().Json.GetProperty("points").EnumerateArray());
        Assert.False(await vm.Guest.HasBackupJobAsync());
    }

    [Fact]
    public async Task A_restore_that_is_cancelled_through_the_API_tells_its_progress_and_leaves_nothing()
    {
        await using var vm = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 16 });
        await using var pool = await Pool.CreateAsync(host);
        await BareVm.WriteImageAsync(vm.Disks[0].Path, "qcow2", 0, 4096, 0x11);
        await using var served = await StartAsync(vm, "WriteImage:after");
        (await served.RunAsync("backup", vm.Name, "--data", served.Node.Folder)).Succeeded();
        await using var command = HoldfastProcess.Start(served.StartInfo("restore", vm.Name, "--disks-to", pool.Path, "--data", served.Node.Folder));
        await served.PausedAsync();

        var running = Assert.Single(JsonNode.Parse((await served.AskAsync("GET", served.Vault + "/backupJobs")).Body)!["value"]!.AsArray(), j => (string)j!["properties"]!["operation"]! == "Restore")!;
        Assert.Equal(("InProgress", "Cancellable"), ((string)running["properties"]!["status"]!, (string)running["properties"]!["actionsInfo"]![0]!));
        var path = (string)running["id"]!;
        await Eventually.TrueAsync("the job tells what it does", async () => (string)JsonNode.Parse(
            (await served.AskAsync("GET", path)).Body)!["properties"]!["extendedInfo"]!["tasksList"]![0]!["status"]! == "InProgress");
        Assert.Equal(202, (await served.AskAsync("POST", path + "/cancel")).Status);
        served.Resume();
        Assert.Equal(Cancelled, (await command.EndAsync()).ExitCode);
        Assert.Equal("Cancelled", (string)JsonNode.Parse((await served.AskAsync("GET", path)).Body)!["properties"]!["status"]!);
        Assert.Equal(400, (await served.AskAsync("POST", path + "/cancel")).Status);
        Assert.Empty(Directory.GetFileSystemEntries(pool.Path));
    }

    private static async Task AssertHasOneOwnerAsync(Served served, string vm)
    {
        string[] direct = ["--vault", Path.Combine(served.Folder, "other"), "--passphrase-file", served.Key];
        (await served.RunAsync(["vault", "init", "--recovery-key-file", Path.Combine(served.Folder, "recovery"), .. direct])).Succeeded();
        var refused = await served.RunAsync(["backup", vm, .. direct]);
        Assert.Equal("HoldfastVmServed", refused.FaultCode);
        Assert.Contains("--data " + served.Node.Folder, refused.Text, StringComparison.Ordinal);
        Assert.Equal("HoldfastNodeAlive", (await served.RunAsync(["backup", vm, "--offline", .. direct])).FaultCode);
        Assert.Empty((await served.RunAsync(["points", "list", .. direct])).Succeeded().Json.GetProperty("points").EnumerateArray());

        // The way out that the fault names.
        await served.StopProtectionAsync();
        Assert.Equal(Degraded, (await served.RunAsync(["backup", vm, .. direct])).ExitCode);
        await served.ProtectVmAsync();
        Assert.Equal("HoldfastVmServed", (await served.RunAsync(["restore", vm, "--in-place", "--shutdown", .. direct])).FaultCode);
        (await served.RunAsync(["restore", vm, "--disks-to", Path.Combine(served.Folder, "images"), .. direct])).Succeeded();
    }

    // By the socket, by TLS with a credential that may only read, and from the store itself, which stays readable beside its node.
    private static async Task AssertSameFromEverywhereAsync(Served served, string vm, string point)
    {
        var reader = Path.Combine(served.Folder, "reader");
        await File.WriteAllTextAsync(reader, (await served.Node.RunAsync("credential", "create", "--role", "Reader")).ToJsonString());
        File.SetUnixFileMode(reader, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string[] remote = ["--server", served.Node.Address, "--ca-file", served.Node.Authority, "--credential-file", reader];
        foreach (var line in (string[][])[["points", "list", vm], ["points", "show", vm], ["vm", "show", vm]])
        {
            var local = (await served.RunAsync([.. line, "--data", served.Node.Folder])).Succeeded().Tool.Output;
            Assert.Equal(local, (await served.RunAsync([.. line, .. remote])).Succeeded().Tool.Output);
            Assert.Equal(local, (await served.RunAsync([.. line, "--vault", served.VaultFolder, "--passphrase-file", served.Key])).Succeeded().Tool.Output);
        }

        Assert.Equal("AuthorizationFailed", (await served.RunAsync(["backup", vm, .. remote])).FaultCode);
        Assert.Equal("HoldfastNotThroughNode", (await served.RunAsync(["points", "delete", vm, "--point", point, "--yes", .. remote])).FaultCode);
        File.SetUnixFileMode(reader, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Equal("HoldfastCredentialFileUnusable", (await served.RunAsync(["vault", "list", .. remote])).FaultCode);
    }

    private async Task<Served> StartAsync(BareVm vm, string gate = "Transfer:before")
    {
        var folder = host.NewFolder("owner");
        var pause = Path.Combine(folder, "pause");
        var node = await ServedNode.StartAsync(
            Path.Combine(folder, "node"), new Dictionary<string, string> { ["HOLDFAST_TEST_PAUSE_AT"] = gate, ["HOLDFAST_TEST_PAUSE_FILE"] = pause });
        var served = new Served(node, folder, pause, await node.TokenAsync(node.InitialCredential()), vm.Name);
        await served.ProtectAsync();
        return served;
    }

    private sealed record Served(ServedNode Node, string Folder, string Pause, string Token, string Vm) : IAsyncDisposable
    {
        public const string BackupBody = """{"properties":{"objectType":"IaasVMBackupRequest"}}""";

        private string Group => $"/subscriptions/{Node.InitialCredential()["subscription"]}/resourceGroups/holdfast";

        public string Vault => Group + "/providers/Microsoft.RecoveryServices/vaults/v1";

        public string Item => $"{Vault}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;holdfast;{Vm}/protectedItems/VM;iaasvmcontainerv2;holdfast;{Vm}";

        public string VaultFolder => Assert.Single(Directory.GetDirectories(Path.Combine(Node.Folder, "vaults")), d => Guid.TryParse(Path.GetFileName(d), out _));

        public string Key => Path.Combine(Node.Folder, "keys", Path.GetFileName(VaultFolder));

        public async Task ProtectAsync()
        {
            var (status, body) = await AskAsync("PUT", Vault, """{"location":"local","sku":{"name":"Standard"},"properties":{}}""");
            Assert.True(status == 201, body);
            await ProtectVmAsync();
        }

        public Task ProtectVmAsync() => PutItemAsync(new JsonObject
        {
            ["sourceResourceId"] = $"{Group}/providers/Microsoft.Compute/virtualMachines/{Vm}", ["policyId"] = Vault + "/backupPolicies/DefaultPolicy",
        });

        public Task StopProtectionAsync() => PutItemAsync(new JsonObject { ["policyId"] = "", ["protectionState"] = "ProtectionStopped" });

        private async Task PutItemAsync(JsonObject properties)
        {
            properties["protectedItemType"] = "Microsoft.Compute/virtualMachines";
            var (status, body) = await AskAsync("PUT", Item, new JsonObject { ["properties"] = properties }.ToJsonString());
            Assert.True(status == 202, body);
        }

        public Task<(int Status, string Body)> AskAsync(string method, string path, string? body = null) => Node.CurlAsync(
            path + "?api-version=2024-04-01", Token, ["-X", method, .. body is null ? [] : (string[])["-H", "Content-Type: application/json", "-d", body]]);

        public Task PausedAsync() => Eventually.TrueAsync("the node stands in mid-backup", () => File.Exists(Pause));

        public void Resume() => File.Delete(Pause);

        public async Task<CliResult> RunAsync(params string[] arguments) => new(await Tool.TryAsync(StartInfo(arguments), input: null));

        public System.Diagnostics.ProcessStartInfo StartInfo(params string[] arguments)
        {
            var start = new System.Diagnostics.ProcessStartInfo("setsid") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
            foreach (var argument in (string[])[HoldfastProgram.FilePath, .. arguments, "--output", "json"])
                start.ArgumentList.Add(argument);
            foreach (var (name, value) in new[] { ("HOLDFAST_STATE", "state"), ("HOLDFAST_CACHE", "cache") })
                start.Environment[name] = Path.Combine(Folder, value);
            start.Environment["LC_ALL"] = "C.UTF-8";
            return start;
        }

        public ValueTask DisposeAsync()
        {
            Resume();
            return Node.DisposeAsync();
        }
    }
}
