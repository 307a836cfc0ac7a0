using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Native;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Points;
using Holdfast.Vault;

namespace Holdfast.Api.Tests.Native;

/// <summary>What Holdfast's own command is answered beyond Azure's shapes, on the whole API.</summary>
public sealed class NativeViewTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    [Fact]
    public async Task Facts_and_parameters_are_answered_only_to_whom_asks_for_them()
    {
        await world.CreateVaultAsync();
        await world.FollowAsync("PUT", world.I + "?api-version=2025-02-01", world.EnableBody());
        foreach (var (path, type) in new[]
        {
            ($"{world.S}/providers/Microsoft.Compute/virtualMachines", "state"), ($"{world.S}/providers/Microsoft.Storage/storageAccounts", "path"),
            ($"{world.S}/providers/Microsoft.RecoveryServices/vaults", "vaultId"), (world.V + "/backupProtectedItems", "sourceId"), (world.V + "/backupJobs", "tasks"),
        })
        {
            Assert.Null((await world.GetAsync(path))["value"]![0]!["properties"]!["holdfast"]);
            var facts = (await ApiWorld.BodyAsync(await world.SendAsync("GET", path, isNative: true), System.Net.HttpStatusCode.OK))["value"]![0]!["properties"]!["holdfast"];
            Assert.True(facts?.AsObject().ContainsKey(type), $"{path}: {facts}");
        }

        var missing = world.V + "/backupJobs/nowhere";
        Assert.Null((await ApiWorld.BodyAsync(await world.SendAsync("GET", missing), System.Net.HttpStatusCode.NotFound))["error"]!["parameters"]);
        var error = await ApiWorld.BodyAsync(await world.SendAsync("GET", missing, isNative: true), System.Net.HttpStatusCode.NotFound);
        Assert.Equal(("nowhere", "v1"), ((string)error["error"]!["parameters"]!["job"]!, (string)error["error"]!["parameters"]!["vault"]!));
    }

    [Fact]
    public void A_point_reads_back_as_it_was_but_for_what_only_its_store_has()
    {
        var point = new RecoveryPoint(
            new Point(
                new VaultId(Guid.NewGuid()), new SourceId(Guid.NewGuid()), new PointId(Guid.NewGuid()), DateTimeOffset.UnixEpoch, [], [], new byte[1],
                new PointStatistics(1, 2, 3, 4, 5), new RetentionMark(true, DateTimeOffset.UnixEpoch.AddDays(1))),
            new PointDetails
            {
                Kind = SourceKind.VirtualMachine, Name = "web ü", Host = "h", Consistency = Consistency.FileSystem, Note = "n", FrozenMilliseconds = 1.5,
                Disks = [new("vda", "qcow2", "/i/a", 7, ReadMode.Incremental, null, "00", 8)], Skipped = [new("sda", "cdrom")],
            });
        var json = JsonSerializer.SerializeToNode(PointFacts.Of(point), NativeJson.Default.PointFacts)!;
        var read = JsonNode.Parse(json.ToJsonString()).Deserialize(NativeJson.Default.PointFacts)!.ToPoint();
        Assert.Equal(point.Stored with { Properties = read.Stored.Properties }, read.Stored);
        Assert.Equal(PointDetailsJson.Write(point.Details), PointDetailsJson.Write(read.Details));
    }
}
