using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Tests.Databases;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.ControlPlane.Tests.Access;

public abstract class AuditLogTests(DatabaseKind kind, PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Entries_are_kept_in_order_and_paged_and_old_ones_go()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        var audit = new AuditLog(world.Database, world.Time, NullLogger<AuditLog>.Instance);
        for (var i = 0; i < 5; i++)
            await audit.RecordAsync("app", "Alice", "127.0.0.1", "PUT", $"/vaults/{i}", AuditOutcome.Succeeded, "", Ct);
        var latest = await audit.ListAsync(null, 2, Ct);
        Assert.Equal(["/vaults/4", "/vaults/3"], latest.Select(a => a.Target));
        var earlier = await audit.ListAsync(latest[^1].AuditId, 10, Ct);
        Assert.Equal(["/vaults/2", "/vaults/1", "/vaults/0"], earlier.Select(a => a.Target));
        Assert.Equal(world.Time.GetUtcNow(), latest[0].WhenUtc);

        Assert.Equal(0, await audit.PurgeAsync(Ct));
        world.Time.Advance(AuditLog.KeptFor + TimeSpan.FromSeconds(1));
        Assert.Equal(5, await audit.PurgeAsync(Ct));
    }

    [Fact]
    public async Task What_a_client_sends_cannot_begin_a_line_of_its_own()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        var audit = new AuditLog(world.Database, world.Time, NullLogger<AuditLog>.Instance);
        await audit.RecordAsync("a\nb", "x\u001b[2J", "-", "log-in", new string('z', 100_000), AuditOutcome.Refused, "", Ct);
        var row = Assert.Single(await audit.ListAsync(null, 1, Ct));
        Assert.DoesNotContain(row.Who + row.WhoName + row.Target, char.IsControl);
        Assert.Equal(1024, row.Target.Length);
    }
}

public sealed class AuditLogOnSqliteTests(PostgresServer postgres) : AuditLogTests(DatabaseKind.Sqlite, postgres);

public sealed class AuditLogOnPostgresTests(PostgresServer postgres) : AuditLogTests(DatabaseKind.Postgres, postgres);
