using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Tests.Access;

public abstract class CredentialsTests(DatabaseKind kind, PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_logs_in_with_id_or_name_and_the_secret_and_not_otherwise()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        var made = await world.CredentialAsync(Roles.BackupReader, "Alice@local");
        Assert.Equal(made.AppId, (await world.Credentials.CheckAsync(made.AppId.ToString(), made.Secret, Ct))!.AppId);
        Assert.Equal(made.AppId, (await world.Credentials.CheckAsync("alice@LOCAL", made.Secret, Ct))!.AppId);
        Assert.Null(await world.Credentials.CheckAsync(made.AppId.ToString(), made.Secret + "x", Ct));
        Assert.Null(await world.Credentials.CheckAsync(Guid.NewGuid().ToString(), made.Secret, Ct));
        Assert.Null(await world.Credentials.CheckAsync(null, null, Ct));
    }

    [Fact]
    public async Task The_secret_stands_nowhere_in_the_database()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        var made = await world.CredentialAsync(Roles.Owner);
        await using var db = world.Database.CreateDbContext();
        var row = await db.Credentials.SingleAsync(Ct);
        Assert.StartsWith("$argon2id$", row.SecretHash, StringComparison.Ordinal);
        if (kind is DatabaseKind.Sqlite)
        {
            var file = await File.ReadAllBytesAsync(db.Database.GetDbConnection().DataSource, Ct);
            Assert.Equal(-1, file.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(made.Secret[4..])));
        }

        Assert.DoesNotContain(made.Secret, made.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rotated_secret_replaces_the_old_one_and_its_tokens()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        var made = await world.CredentialAsync(Roles.Owner);
        var before = await world.Credentials.CheckAsync(made.AppId.ToString(), made.Secret, Ct);
        var rotated = await world.Credentials.RotateAsync("someone", Ct);
        Assert.Null(await world.Credentials.CheckAsync(made.AppId.ToString(), made.Secret, Ct));
        var after = await world.Credentials.CheckAsync(made.AppId.ToString(), rotated.Secret, Ct);

        var principals = new Principals(world.Credentials, world.Time);
        Assert.Null(await principals.FindAsync(made.AppId, before!.Generation, Ct));
        Assert.NotNull(await principals.FindAsync(made.AppId, after!.Generation, Ct));
    }

    [Fact]
    public async Task A_revoked_credential_is_refused_by_every_node_within_a_minute()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        await world.CredentialAsync(Roles.Owner, "owner");
        var made = await world.CredentialAsync(Roles.BackupReader);
        var node = new Principals(world.Credentials, world.Time);
        Assert.NotNull(await node.FindAsync(made.AppId, 1, Ct));

        // Another process: the node isn't told.
        await world.Credentials.RevokeAsync("someone", Ct);
        world.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(await node.FindAsync(made.AppId, 1, Ct));
        Assert.Null(await world.Credentials.CheckAsync(made.AppId.ToString(), made.Secret, Ct));
    }

    [Fact]
    public async Task A_credential_ends_when_it_expires()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        var made = await world.CredentialAsync(Roles.BackupReader, expires: world.Time.GetUtcNow().AddSeconds(5));
        var node = new Principals(world.Credentials, world.Time);
        Assert.NotNull(await node.FindAsync(made.AppId, 1, Ct));
        world.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await node.FindAsync(made.AppId, 1, Ct));
        Assert.Null(await world.Credentials.CheckAsync(made.AppId.ToString(), made.Secret, Ct));
    }

    [Fact]
    public async Task The_last_owner_cannot_be_revoked()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        await world.CredentialAsync(Roles.Owner, "first");
        await world.CredentialAsync(Roles.BackupContributor, "other");
        Assert.Equal("HoldfastLastOwner", (await Assert.ThrowsAsync<FaultException>(() => world.Credentials.RevokeAsync("first", Ct))).Fault.Code.Value);
        await world.CredentialAsync(Roles.Owner, "second");
        Assert.NotNull((await world.Credentials.RevokeAsync("first", Ct)).RevokedUtc);
        await Assert.ThrowsAsync<FaultException>(() => world.Credentials.RevokeAsync("second", Ct));
    }

    [Fact]
    public async Task A_name_is_free_again_once_its_credential_is_revoked()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        await world.CredentialAsync(Roles.Owner, "owner");
        await world.CredentialAsync(Roles.BackupReader, "Bob");
        Assert.Equal("HoldfastCredentialNameTaken",
            (await Assert.ThrowsAsync<FaultException>(() => world.CredentialAsync(Roles.BackupReader, "bob"))).Fault.Code.Value);
        await world.Credentials.RevokeAsync("BOB", Ct);
        await world.CredentialAsync(Roles.BackupReader, "bob");
        Assert.Equal("HoldfastCredentialNotFound",
            (await Assert.ThrowsAsync<FaultException>(() => world.Credentials.RevokeAsync("nobody", Ct))).Fault.Code.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a\nb")]
    [InlineData("6f9619ff-8b86-d011-b42d-00c04fc964ff")]
    public async Task A_name_that_could_be_mistaken_is_refused(string name)
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        await Assert.ThrowsAsync<FaultException>(() => world.CredentialAsync(Roles.BackupReader, name));
    }

    [Fact]
    public async Task Credentials_are_listed_with_their_roles()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        var group = ArmId.Parse(AccessWorld.Subscription + "/resourceGroups/RG1");
        await world.Credentials.CreateAsync("x", [new(Roles.BackupOperator, group), new(Roles.BackupReader, AccessWorld.Subscription)], null, Ct);
        var listed = Assert.Single(await world.Credentials.ListAsync(Ct));
        Assert.Equal(["Backup Operator", "Backup Reader"], listed.Assignments.Select(a => a.Role.Name).Order());
        Assert.Contains(listed.Assignments, a => a.Scope.ToString() == group.ToString());
    }
}

public sealed class CredentialsOnSqliteTests(PostgresServer postgres) : CredentialsTests(DatabaseKind.Sqlite, postgres);

public sealed class CredentialsOnPostgresTests(PostgresServer postgres) : CredentialsTests(DatabaseKind.Postgres, postgres);
