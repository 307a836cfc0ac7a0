using System.Net;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Api.Tests.Native;

/// <summary>Remedies and the agent through the API: who may, what is understood, and never beside a job.</summary>
public sealed class RemedyTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    private const string Leftover = """{"properties":{"code":"HoldfastLeftoverOfDeadRun","parameters":{"vm":"test","left":"a job"}}}""";
    private const string Restart = """{"properties":{"code":"ExtensionInstallationFailedCOM","parameters":{"vm":"test"},"allowDisruption":true}}""";

    [Theory]
    [InlineData("CleanUpDeadRun", "{}", HttpStatusCode.BadRequest, "HoldfastFieldMissing")]
    [InlineData("CleanUpDeadRun", """{"properties":{}}""", HttpStatusCode.BadRequest, "HoldfastFieldMissing")]
    [InlineData("CleanUpDeadRun", """{"properties":{"code":"OfNoCatalogue"}}""", HttpStatusCode.BadRequest, "HoldfastFieldInvalid")]
    [InlineData("CleanUpDeadRun", """{"properties":{"code":"HoldfastLeftoverOfDeadRun","parameters":{"vm":1}}}""", HttpStatusCode.BadRequest, "HoldfastFieldInvalid")]
    [InlineData("CleanUpDeadRun", """{"properties":{"code":"HoldfastLeftoverOfDeadRun","service":"x"}}""", HttpStatusCode.BadRequest, "HoldfastFieldUnknown")]
    [InlineData("FollowActions", Leftover, HttpStatusCode.NotFound, "ResourceNotFound")]
    [InlineData("0", Leftover, HttpStatusCode.NotFound, "ResourceNotFound")]
    [InlineData("RestartService", """{"properties":{"code":"ExtensionInstallationFailedCOM"}}""", HttpStatusCode.BadRequest, "HoldfastFieldMissing")]
    public async Task What_is_not_understood_or_not_allowed_for_is_refused(string kind, string body, HttpStatusCode status, string code) =>
        Assert.Equal(code, await world.RefusedAsync(status, "POST", $"{world.Vm}/remedies/{kind}", body));

    [Theory]
    [InlineData("CleanUpDeadRun", Leftover)]
    [InlineData("AttachChannel", Leftover)]
    [InlineData("RestartService", Restart)]
    [InlineData("ReserveAddress", """{"properties":{"code":"HoldfastAddressNotReserved","parameters":{"vm":"test","mac":"52:54:00:00:00:01","address":"192.168.122.1","network":"default"}}}""")]
    public async Task What_the_node_does_not_find_itself_it_does_not_remedy_whatever_it_is_told(string kind, string body)
    {
        Assert.Equal("HoldfastChangedMeanwhile", await world.RefusedAsync(HttpStatusCode.Conflict, "POST", $"{world.Vm}/remedies/{kind}", body));
        await using var db = world.Get<ControlPlaneDatabase>().CreateDbContext();
        Assert.All(await db.Leases.ToListAsync(ApiWorld.Ct), l => Assert.Null(l.Node));
    }

    [Theory]
    [InlineData("GET", "/agent")]
    [InlineData("POST", "/attachAgentChannel")]
    [InlineData("POST", "/updateAgent")]
    [InlineData("POST", "/remedies/CleanUpDeadRun")]
    public async Task A_VM_that_is_not_there_is_not_found(string method, string path) => Assert.Equal(
        "ResourceNotFound", await world.RefusedAsync(HttpStatusCode.NotFound, method, world.G + "/providers/Microsoft.Compute/virtualMachines/none" + path, Leftover));

    [Fact]
    public async Task The_state_of_an_agent_is_told_to_readers()
    {
        world.Allow("reader", Roles.BackupReader, world.G);
        var agent = (await ApiWorld.BodyAsync(await world.SendAsync("GET", world.Vm + "/agent", caller: "reader"), HttpStatusCode.OK))["properties"]!;
        Assert.Equal(("test", "no-channel"), ((string)agent["vm"]!, (string)agent["state"]!));
    }

    [Fact]
    public async Task A_reader_and_who_has_rights_on_the_vault_alone_remedy_nothing_and_an_operator_nothing_that_the_guest_notices()
    {
        world.Allow("reader", Roles.BackupReader, world.S);
        world.Allow("vault-owner", Roles.Owner, world.V);
        foreach (var caller in (string[])["reader", "vault-owner"])
        {
            foreach (var path in (string[])["/attachAgentChannel", "/updateAgent", "/remedies/CleanUpDeadRun"])
                Assert.Equal("AuthorizationFailed", await world.RefusedAsync(HttpStatusCode.Forbidden, "POST", world.Vm + path, Leftover, caller));
        }

        world.Allow("operator", Roles.BackupOperator, world.S);
        world.Allow("contributor", Roles.BackupContributor, world.S);
        Assert.Equal("AuthorizationFailed", await world.RefusedAsync(HttpStatusCode.Forbidden, "POST", world.Vm + "/remedies/RestartService", Restart, "operator"));
        Assert.Equal("AuthorizationFailed", await world.RefusedAsync(HttpStatusCode.Forbidden, "POST", world.Vm + "/updateAgent", null, "operator"));
        Assert.Equal("HoldfastChangedMeanwhile", await world.RefusedAsync(HttpStatusCode.Conflict, "POST", world.Vm + "/remedies/CleanUpDeadRun", Leftover, "operator"));
        Assert.Equal("HoldfastChangedMeanwhile", await world.RefusedAsync(HttpStatusCode.Conflict, "POST", world.Vm + "/remedies/RestartService", Restart, "contributor"));
    }

    [Fact]
    public async Task While_a_job_has_the_items_lease_nothing_is_done()
    {
        await using var busy = new ApiWorld();
        await busy.InitializeAsync();
        await busy.CreateVaultAsync();
        await busy.FollowAsync("PUT", busy.I, busy.EnableBody());
        var job = Guid.Parse((string)(await busy.FollowAsync("POST", busy.I + "/backup", """{"properties":{"objectType":"IaasVMBackupRequest"}}"""))["properties"]!["jobId"]!);
        await using var db = busy.Get<ControlPlaneDatabase>().CreateDbContext();
        var lease = (await db.Jobs.SingleAsync(j => j.JobId == job, ApiWorld.Ct)).LeaseName;
        db.Add(new LeaseRow { Name = lease, Node = "other", Fence = 5, JobId = job, ExpiresUtc = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1) });
        await db.SaveChangesAsync(ApiWorld.Ct);

        Assert.Equal("UserErrorBackupOperationInProgress", await busy.RefusedAsync(HttpStatusCode.Conflict, "POST", busy.Vm + "/attachAgentChannel"));
        Assert.Equal("UserErrorBackupOperationInProgress", await busy.RefusedAsync(HttpStatusCode.Conflict, "POST", busy.Vm + "/remedies/CleanUpDeadRun", Leftover));
        Assert.Equal("HoldfastAgentUpdateRefused", await busy.RefusedAsync(HttpStatusCode.Conflict, "POST", busy.Vm + "/updateAgent"));
        var kept = await db.Leases.AsNoTracking().SingleAsync(l => l.Name == lease, ApiWorld.Ct);
        Assert.Equal(("other", 5L, job), (kept.Node, kept.Fence, kept.JobId));
        await busy.GetAsync(busy.Vm + "/agent");
    }
}
