using Holdfast.Api.Identity;
using Holdfast.ControlPlane.Access;
using Holdfast.Faults;

namespace Holdfast.Api.Tests.Identity;

/// <summary>Every request that could change something is recorded, with what became of it.</summary>
public sealed class AuditTests
{
    [Theory]
    [InlineData(202, AuditOutcome.Succeeded, "HTTP 202")]
    [InlineData(403, AuditOutcome.Refused, "HTTP 403")]
    [InlineData(401, AuditOutcome.Refused, "HTTP 401")]
    [InlineData(409, AuditOutcome.Failed, "HTTP 409")]
    [InlineData(500, AuditOutcome.Failed, "HTTP 500")]
    public async Task A_request_is_recorded_by_the_status_of_its_answer(int status, AuditOutcome outcome, string detail)
    {
        await using var node = await IdentityNode.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        var credential = await node.CredentialAsync();
        await node.GetAsync(await node.AccessTokenAsync(credential), "/subscriptions/s/a", HttpMethod.Delete);
        var row = await LatestAsync(node);
        Assert.Equal((credential.AppId.ToString(), "alice@local", "DELETE", "/subscriptions/s/a"), (row.Who, row.WhoName, row.Action, row.Target));
        Assert.Equal((outcome, detail), (row.Outcome, row.Detail));
    }

    [Fact]
    public async Task What_is_refused_by_a_fault_is_recorded_with_its_code()
    {
        await using var node = await IdentityNode.StartAsync(
            context => throw RequestFaults.NotAllowed(context.RequirePrincipal().AppId.ToString(), "x/write", "/subscriptions/s").ToException());
        var token = await node.AccessTokenAsync(await node.CredentialAsync());
        await Assert.ThrowsAsync<FaultException>(() => node.GetAsync(token, method: HttpMethod.Put));
        var row = await LatestAsync(node);
        Assert.Equal((AuditOutcome.Refused, "HTTP 403 AuthorizationFailed"), (row.Outcome, row.Detail));
    }

    [Fact]
    public async Task What_breaks_is_recorded_as_failed()
    {
        await using var node = await IdentityNode.StartAsync(_ => throw new InvalidOperationException("broken"));
        var token = await node.AccessTokenAsync(await node.CredentialAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => node.GetAsync(token, method: HttpMethod.Post));
        var row = await LatestAsync(node);
        Assert.Equal((AuditOutcome.Failed, "HTTP 500"), (row.Outcome, row.Detail));
    }

    [Fact]
    public async Task What_only_reads_is_not_recorded()
    {
        await using var node = await IdentityNode.StartAsync();
        await node.GetAsync(await node.AccessTokenAsync(await node.CredentialAsync()));
        Assert.DoesNotContain(await RowsAsync(node), r => r.Target == "/subscriptions");
    }

    private static Task<IReadOnlyList<AuditRow>> RowsAsync(IdentityNode node) => node.Get<AuditLog>().ListAsync(null, 10, TestContext.Current.CancellationToken);

    private static async Task<AuditRow> LatestAsync(IdentityNode node) => (await RowsAsync(node))[0];
}
