using System.Net;
using System.Text.Json.Nodes;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Api.Tests.Items;

/// <summary>How faults are told: in which shape, and in whose language.</summary>
public sealed class HealthTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    private const string Tagged = """{"location":"local","tags":{"Holdfast-Language":"zh-TW"},"sku":{"name":"Standard"},"properties":{}}""";

    [Fact]
    public async Task Health_and_errors_have_numbers_titles_messages_and_recommendations_in_the_readers_language_else_the_vaults()
    {
        await world.CreateVaultAsync();
        await world.FollowAsync("PUT", world.I + "?api-version=2025-02-01", world.EnableBody());
        Assert.Equal("Passed", (string)(await world.GetAsync(world.I))["properties"]!["healthStatus"]!);
        var job = await FailABackupAsync();

        var item = (await world.GetAsync(world.I))["properties"]!;
        Assert.Equal("ActionRequired", (string)item["healthStatus"]!);
        var details = item["healthDetails"]!.AsArray();
        Assert.Equal(["UserErrorVmNotFoundV2", "HoldfastAgentChannelMissing"], details.Select(d => (string)d!["title"]!));
        Assert.All(details, d => AssertWhole((int)d!["code"]!, (string)d["message"]!, d["recommendations"]!.AsArray(), isChinese: false));
        Assert.All(
            (await ApiWorld.BodyAsync(await world.SendAsync("GET", world.V + "/backupProtectedItems?$filter=healthState eq 'Passed'"), HttpStatusCode.OK))["value"]!.AsArray(), _ => Assert.Fail());

        foreach (var (language, isChinese) in new[] { ("zh-Hant", true), ("zh-TW", true), ("zh-HK", true), ("zh-MO;q=0.2, en;q=0.1", true), ("en;q=0.5, zh-TW;q=0.4", false), ("zh-CN", false) })
        {
            var error = Assert.Single((await world.GetAsync($"{world.V}/backupJobs/{job}", language))["properties"]!["errorDetails"]!.AsArray())!;
            Assert.Equal("UserErrorVmNotFoundV2", (string)error["errorTitle"]!);
            AssertWhole((int)error["errorCode"]!, (string)error["errorString"]!, error["recommendations"]!.AsArray(), isChinese);
            var detail = (await world.GetAsync(world.I, language))["properties"]!["healthDetails"]![1]!;
            AssertWhole((int)detail["code"]!, (string)detail["message"]!, detail["recommendations"]!.AsArray(), isChinese);
        }

        // Who asks for no language, or for any, is answered in the vault's.
        Assert.Equal(HttpStatusCode.BadRequest, (await world.SendAsync("PUT", world.V + "?api-version=2024-04-01", Tagged.Replace("zh-TW", "zh-CN", StringComparison.Ordinal))).StatusCode);
        await ApiWorld.BodyAsync(await world.SendAsync("PUT", world.V + "?api-version=2024-04-01", Tagged), HttpStatusCode.OK);
        foreach (var (language, isChinese) in new (string?, bool)[] { (null, true), ("*", true), ("de", true), ("en-GB", false) })
        {
            Assert.Equal(isChinese, IsChinese((string)(await world.GetAsync(world.I, language))["properties"]!["healthDetails"]![0]!["message"]!));
            var missing = await ApiWorld.BodyAsync(await world.SendAsync("GET", world.V + "/backupJobs/nowhere", language: language), HttpStatusCode.NotFound);
            Assert.Equal(isChinese, IsChinese((string)missing["error"]!["message"]!));
        }
    }

    private async Task<Guid> FailABackupAsync()
    {
        var fault = BackupFaults.VmNotFound("test", "holdfast");
        var asked = await world.FollowAsync("POST", world.I + "/backup", """{"properties":{"objectType":"IaasVMBackupRequest"}}""");
        var id = Guid.Parse((string)asked["properties"]!["jobId"]!);
        await using var db = world.Get<ControlPlaneDatabase>().CreateDbContext();
        var job = await db.Jobs.SingleAsync(j => j.JobId == id, ApiWorld.Ct);
        (job.Phase, job.Status, job.Error, job.ActiveKey) = (JobPhase.Ended, JobStatus.Failed, fault, null);
        var item = await db.Items.SingleAsync(ApiWorld.Ct);
        (item.LastBackupFault, item.PreCheck) = (fault, [fault, AgentFaults.AgentChannelMissing("test")]);
        await db.SaveChangesAsync(ApiWorld.Ct);

        // Stored as codes and parameters, never as text.
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = """SELECT "PreCheck" FROM "Items" """;
        await db.Database.OpenConnectionAsync(ApiWorld.Ct);
        var stored = JsonNode.Parse((string)(await command.ExecuteScalarAsync(ApiWorld.Ct))!)!.AsArray();
        Assert.All(stored, f => Assert.Equal(["code", "parameters"], f!.AsObject().Select(p => p.Key)));
        return id;
    }

    private static void AssertWhole(int number, string message, JsonArray recommendations, bool isChinese)
    {
        Assert.NotEqual(0, number);
        Assert.Equal(isChinese, IsChinese(message));
        Assert.NotEmpty(recommendations);
        Assert.All(recommendations, r => Assert.Equal(isChinese, IsChinese((string)r!)));
    }

    private static bool IsChinese(string text) => text.Any(c => c > 0x4e00);
}
