using System.Net;
using System.Text.Json.Nodes;
using Holdfast.ControlPlane;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Api.Tests.Native;

/// <summary>Examinations that run on the node: what they tell, to whom, and in which language.</summary>
public sealed class ExaminationTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    private const string Missing = "HoldfastAgentChannelMissing";

    private string Examination => world.S + "/providers/Holdfast.Operations/examination";

    [Theory]
    [InlineData("en", false)]
    [InlineData("zh-TW", true)]
    public async Task A_VM_is_examined_on_the_node_and_faults_come_as_codes_with_parameters_and_in_the_callers_words(string language, bool isChinese)
    {
        var found = (await world.GetAsync(Examination + "?vm=test", language))["properties"]!;
        var fault = Assert.Single(Of(found), r => (string?)r["fault"]?["code"] == Missing);
        Assert.Equal(("vm", "test", "Agent"), ((string)fault["kind"]!, (string)fault["name"]!, (string)fault["area"]!));
        Assert.Equal("test", (string)fault["fault"]!["parameters"]!["vm"]!);
        Assert.Equal(isChinese, ((string)fault["message"]!).Any(c => c > 0x4e00));
        Assert.NotEmpty(fault["actions"]!.AsArray());
        var remedy = Assert.Single(found["remedies"]!.AsArray(), r => (string)r!["kind"]! == "AttachChannel")!;
        Assert.Equal(("Safe", "test", Missing), ((string)remedy["grade"]!, (string)remedy["vm"]!, (string)remedy["fault"]!["code"]!));
    }

    [Fact]
    public async Task Nobody_is_told_of_what_they_may_not_see()
    {
        if ((await world.SendAsync("GET", world.V)).StatusCode != HttpStatusCode.OK)
            await world.CreateVaultAsync();
        world.Allow("vault-reader", Roles.BackupReader, world.V);
        world.Allow("group-reader", Roles.BackupReader, world.G);
        Assert.All(Of(await AskAsync("", "vault-reader")), r => Assert.Equal("vault", (string)r["kind"]!));
        Assert.Equal("UserErrorVmNotFoundV2", await world.RefusedAsync(HttpStatusCode.NotFound, "GET", Examination + "?vm=test", caller: "vault-reader"));
        Assert.Equal("HoldfastHostNotFound", await world.RefusedAsync(HttpStatusCode.NotFound, "GET", Examination + "?host=local", caller: "vault-reader"));
        Assert.Contains(Of(await AskAsync("", "group-reader")), r => (string)r["kind"]! == "vm");
        Assert.Contains(Of(await AskAsync("?vm=test", "group-reader")), r => (string)r["kind"]! == "vm");
    }

    [Theory]
    [InlineData("?vm=none", HttpStatusCode.NotFound, "UserErrorVmNotFoundV2")]
    [InlineData("?host=none", HttpStatusCode.NotFound, "HoldfastHostNotFound")]
    [InlineData("?vms=perhaps", HttpStatusCode.BadRequest, "HoldfastFieldInvalid")]
    [InlineData("?programs=1", HttpStatusCode.BadRequest, "HoldfastFieldInvalid")]
    [InlineData("?agentMinimum=new", HttpStatusCode.BadRequest, "HoldfastFieldInvalid")]
    public async Task What_is_not_there_or_not_understood_is_refused(string query, HttpStatusCode status, string code) =>
        Assert.Equal(code, await world.RefusedAsync(status, "GET", Examination + query));

    [Fact]
    public async Task Without_VMs_only_hosts_and_vaults_are_looked_at() =>
        Assert.DoesNotContain(Of(await AskAsync("?vms=false", "owner")), r => (string)r["kind"]! == "vm");

    [Fact]
    public async Task A_vault_at_its_quota_is_named_where_the_quota_has_the_id_that_the_node_lists()
    {
        await using var own = new ApiWorld();
        await own.InitializeAsync();
        await own.CreateVaultAsync();
        await using var db = own.Get<ControlPlaneDatabase>().CreateDbContext();
        var vault = (await db.Vaults.SingleAsync(ApiWorld.Ct)).VaultId;
        var state = Directory.CreateDirectory(own.Get<EngineContexts>().Paths.State).FullName;
        await File.WriteAllTextAsync(Path.Combine(state, "quotas.json"), $$"""{ "vaultSize": "1T", "vaultSizes": { "{{vault}}": "1" } }""", ApiWorld.Ct);
        Assert.Contains(Of((await own.GetAsync(own.S + "/providers/Holdfast.Operations/examination?vms=false"))["properties"]!), r => (string?)r["fault"]?["code"] == "HoldfastVaultQuotaReached");
    }

    [Fact]
    public async Task A_host_that_cannot_be_reached_is_told_once_and_the_other_hosts_VMs_are_examined_all_the_same()
    {
        await using var lost = new ApiWorld();
        await lost.InitializeAsync();
        await using (var db = lost.Get<ControlPlaneDatabase>().CreateDbContext())
        {
            db.Add(new HostRow
            {
                HostId = Guid.NewGuid(), NameKey = "lost", Name = "lost", Uri = "qemu+unix:///system?socket=/nonexistent/sock", SubscriptionId = lost.Subscription,
                ResourceGroup = "holdfast", Location = "local", JobsMax = 4,
            });
            await db.SaveChangesAsync(ApiWorld.Ct);
        }

        var found = Of((await lost.GetAsync(lost.S + "/providers/Holdfast.Operations/examination"))["properties"]!);
        var once = Assert.Single(found, r => (string)r["name"]! == "lost" || (string?)r["host"] == "lost");
        Assert.Equal(("reachable", "Failed", "HoldfastHypervisorUnreachable"), ((string)once["check"]!, (string)once["outcome"]!, (string)once["fault"]!["code"]!));
        Assert.Contains(found, r => (string)r["kind"]! == "vm" && (string)r["name"]! == "test");
    }

    private async Task<JsonNode> AskAsync(string query, string caller) =>
        (await ApiWorld.BodyAsync(await world.SendAsync("GET", Examination + query, caller: caller), HttpStatusCode.OK))["properties"]!;

    private static IEnumerable<JsonNode> Of(JsonNode properties) => properties["results"]!.AsArray().Select(r => r!);
}
