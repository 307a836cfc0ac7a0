using System.Security.Cryptography;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Tests.Access;

public abstract class SigningKeysTests(DatabaseKind kind, PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_share_keys_through_the_database()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        using var a = world.NewSigningKeys();
        using var b = world.NewSigningKeys();
        await a.PrepareAsync(Ct);
        await b.PrepareAsync(Ct);
        var ofA = await a.CurrentAsync(Ct);
        var ofB = await b.FindAsync(ofA.KeyId, Ct);
        var signature = ofA.Key.SignData("text"u8, HashAlgorithmName.SHA256);
        Assert.True(ofB!.Key.VerifyData("text"u8, signature, HashAlgorithmName.SHA256));
        Assert.Null(await b.FindAsync("unknown", Ct));
    }

    [Fact]
    public async Task A_key_is_replaced_after_a_month_and_known_until_its_tokens_have_ended()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        using var keys = world.NewSigningKeys();
        await keys.PrepareAsync(Ct);
        var first = await keys.CurrentAsync(Ct);
        world.Time.Advance(SigningKeys.SignsFor - TimeSpan.FromMinutes(1));
        Assert.Equal(first.KeyId, (await keys.CurrentAsync(Ct)).KeyId);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        var second = await keys.CurrentAsync(Ct);
        Assert.NotEqual(first.KeyId, second.KeyId);
        Assert.NotNull(await keys.FindAsync(first.KeyId, Ct));
        world.Time.Advance(SigningKeys.KeptAfterwards);
        Assert.Null(await keys.FindAsync(first.KeyId, Ct));
        Assert.NotNull(await keys.FindAsync(second.KeyId, Ct));
    }

    [Fact]
    public async Task A_key_made_by_another_node_is_found_at_once()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        using var a = world.NewSigningKeys();
        using var b = world.NewSigningKeys();
        await a.PrepareAsync(Ct);
        world.Time.Advance(SigningKeys.SignsFor - TimeSpan.FromSeconds(10));
        await b.CurrentAsync(Ct);
        world.Time.Advance(TimeSpan.FromSeconds(10));
        var made = await a.CurrentAsync(Ct);
        Assert.NotNull(await b.FindAsync(made.KeyId, Ct));
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task The_private_key_is_sealed_in_the_database()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        using var keys = world.NewSigningKeys();
        await keys.PrepareAsync(Ct);
        var key = await keys.CurrentAsync(Ct);
        await using var db = world.Database.CreateDbContext();
        var stored = Convert.FromBase64String((await db.SigningKeys.SingleAsync(Ct)).SealedKey);
        Assert.Equal(-1, stored.AsSpan().IndexOf(key.Key.ExportParameters(true).D));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(world.KeyPath));
    }

    [Fact]
    public async Task A_node_without_the_others_key_file_does_not_start()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        using (var keys = world.NewSigningKeys())
            await keys.PrepareAsync(Ct);
        using (var stranger = world.NewSigningKeys(world.KeyPath + ".missing"))
            Assert.Equal("HoldfastNodeKeyMissing", (await Assert.ThrowsAsync<FaultException>(() => stranger.PrepareAsync(Ct))).Fault.Code.Value);
        NodeKey.Create(world.KeyPath + ".other");
        using var wrong = world.NewSigningKeys(world.KeyPath + ".other");
        Assert.Equal("HoldfastNodeKeyUnusable", (await Assert.ThrowsAsync<FaultException>(() => wrong.PrepareAsync(Ct))).Fault.Code.Value);
    }

    [Fact]
    public async Task After_a_reset_nothing_signed_before_is_known()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        using var keys = world.NewSigningKeys();
        await keys.PrepareAsync(Ct);
        var before = await keys.CurrentAsync(Ct);
        await keys.ResetAsync(Ct);
        Assert.Null(await keys.FindAsync(before.KeyId, Ct));
        Assert.NotEqual(before.KeyId, (await keys.CurrentAsync(Ct)).KeyId);
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task A_key_file_that_others_can_read_or_of_another_length_is_refused()
    {
        await using var world = await AccessWorld.CreateAsync(kind, postgres);
        NodeKey.Create(world.KeyPath);
        File.SetUnixFileMode(world.KeyPath, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Throws<FaultException>(() => NodeKey.Read(world.KeyPath));
        File.SetUnixFileMode(world.KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var key = NodeKey.Read(world.KeyPath);
        var box = key.Seal("secret"u8, "a");
        Assert.Equal("secret"u8, key.Open(box, "a"));
        Assert.ThrowsAny<CryptographicException>(() => key.Open(box, "b"));
        Assert.ThrowsAny<CryptographicException>(() => key.Open("AAAA", "a"));
        await File.WriteAllBytesAsync(world.KeyPath, new byte[31], Ct);
        Assert.Throws<FaultException>(() => NodeKey.Read(world.KeyPath));
    }
}

public sealed class SigningKeysOnSqliteTests(PostgresServer postgres) : SigningKeysTests(DatabaseKind.Sqlite, postgres);

public sealed class SigningKeysOnPostgresTests(PostgresServer postgres) : SigningKeysTests(DatabaseKind.Postgres, postgres);
