using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>The steps of docs/operations.md: from a copy of stores and keys alone, in a new data folder, after everything else is lost.</summary>
public sealed class DisasterRecoveryTests(Host host)
{
    [Fact]
    public async Task Stores_and_keys_are_all_that_a_clean_machine_needs()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 64 });
        await using var pool = await Pool.CreateAsync(host);
        var kept = host.NewFolder("kept");
        var expected = Path.Combine(kept, "vda");
        var clean = Path.Combine(host.NewFolder("clean"), "node");
        await using (var node = await ServedNode.StartAsync(Path.Combine(host.NewFolder("lost"), "node")))
        {
            var before = new ApiClient(node, await node.TokenAsync(node.InitialCredential()), vm.Name);
            await vm.WriteRandomAsync("vda", 0, 4096);
            await before.ProtectAsync();
            var job = await before.BackUpAsync();
            Assert.StartsWith("Completed", (string)job["properties"]!["status"]!, StringComparison.Ordinal);
            await vm.StopAsync();
            File.Copy(vm.Disks[0].Path, expected);
            await node.StopAsync();

            // The steps, as they are written.
            await Tool.RunAsync("cp", "-a", node.Folder + "/vaults", kept);
            await Tool.RunAsync("cp", "-a", node.Folder + "/keys", kept);
            Directory.Delete(node.Folder, recursive: true);
        }

        await Tool.VirshAsync("undefine", vm.Name, "--checkpoints-metadata");
        await Tool.RunAsync("install", "-d", "-m", "700", clean);
        await Tool.RunAsync("cp", "-a", kept + "/vaults", clean + "/vaults");
        await Tool.RunAsync("cp", "-a", kept + "/keys", clean + "/keys");

        await using var again = await ServedNode.StartAsync(clean);
        var api = new ApiClient(again, await again.TokenAsync(again.InitialCredential()), vm.Name);
        var item = Assert.Single((await api.GetAsync(api.Vault + "/backupProtectedItems"))["value"]!.AsArray());
        Assert.Equal("ProtectionStopped", (string)item!["properties"]!["protectionState"]!);
        var point = Assert.Single((await api.GetAsync(api.Item + "/recoveryPoints"))["value"]!.AsArray());
        var restored = await api.RunAsync(api.Item + $"/recoveryPoints/{(string)point!["name"]!}/restore", new JsonObject
        {
            ["objectType"] = "IaasVMRestoreRequest",
            ["recoveryPointId"] = (string)point["name"]!,
            ["recoveryType"] = "RestoreDisks",
            ["sourceResourceId"] = (string)item["properties"]!["sourceResourceId"]!,
            ["storageAccountId"] = $"{api.Subscription}/resourceGroups/holdfast/providers/Microsoft.Storage/storageAccounts/{pool.Name}",
            ["region"] = "local",
        });
        Assert.True((string)restored["properties"]!["status"]! == "Completed", restored.ToJsonString());
        await Tool.RunAsync("qemu-img", "compare", expected, Assert.Single(Directory.GetFiles(pool.Path, "*-vda.qcow2", SearchOption.AllDirectories)));

        // Without a node.
        var store = Assert.Single(Directory.GetDirectories(kept + "/vaults"), d => Guid.TryParse(Path.GetFileName(d), out _));
        var key = Path.Combine(kept, "keys", Path.GetFileName(store));
        var images = host.NewFolder("images");
        (await Tool.TryAsync(HoldfastProgram.FilePath, ["points", "list", "--vault", store, "--passphrase-file", key])).Succeeded();
        (await Tool.TryAsync(HoldfastProgram.FilePath, ["restore", vm.Name, "--vault", store, "--passphrase-file", key, "--disks-to", images])).Succeeded();
        await Tool.RunAsync("qemu-img", "compare", expected, Assert.Single(Directory.GetFiles(images)));
    }
}
