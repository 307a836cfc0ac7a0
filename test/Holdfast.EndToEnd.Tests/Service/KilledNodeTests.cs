using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>A node that dies in the middle of a backup each time that it has begun it.</summary>
public sealed class KilledNodeTests(Host host)
{
    // A backup is begun three times. The node may die once more while it only examines the VM.
    private const int StartsMax = 8;

    [Fact]
    [Condition("B12", Proof.Provocation)]
    public async Task B12_backup_whose_node_dies_again_and_again_fails_for_the_lost_node_and_nothing_else()
    {
        await using var storage = await HeldStorage.StartAsync(host, Harness.Libvirt.System);
        await using var vm = await BareVm.DefineAsync(host, HeldStorage.Disk);
        await storage.PutUnderAsync(vm);
        var folder = host.NewFolder("served");
        string? job = null;
        for (var starts = 0; ; starts++)
        {
            Assert.InRange(starts, 0, StartsMax);
            await using var node = await ServedNode.StartAsync(folder);
            var api = new ApiClient(node, await node.TokenAsync(node.InitialCredential()), vm.Name);
            if (job is null)
            {
                await api.ProtectAsync();
                await storage.HoldAsync();
                job = await api.BeginBackupAsync();
            }

            JsonNode seen = new JsonObject();
            await Eventually.TrueAsync("the node looks at the VM's images, or has given the job up", async () =>
                (string)(seen = (await api.JobAsync(job))["properties"]!)["status"]! != "InProgress" || await node.HasOpenedImagesAsync());
            if ((string)seen["status"]! == "InProgress")
            {
                await node.StopAsync("KILL");
                continue;
            }

            Assert.Equal("Failed", (string)seen["status"]!);
            Assert.Equal(["HoldfastNodeLost"], seen["errorDetails"]!.AsArray().Select(e => (string)e!["errorTitle"]!));
            await storage.ReleaseAsync();
            Assert.Contains("Completed", (string)(await api.BackUpAsync())["properties"]!["status"]!, StringComparison.Ordinal);
            return;
        }
    }
}
