using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Tests.Databases;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.ControlPlane.Tests.Access;

/// <summary>A database in a folder of its own, a clock that the test moves, and nodes on them.</summary>
internal sealed class AccessWorld : IAsyncDisposable
{
    public const string SubscriptionId = "11111111-1111-1111-1111-111111111111";

    public static readonly ArmId Subscription = ArmId.Parse("/subscriptions/" + SubscriptionId);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hf-access-");

    private AccessWorld(string? postgres) => Database = new ControlPlaneDatabase(new ControlPlaneOptions { DataFolder = _folder.FullName, Database = postgres });

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public ControlPlaneDatabase Database { get; }

    public string KeyPath => Path.Combine(_folder.FullName, "keys", "node.key");

    public Credentials Credentials => new(Database, Time);

    public static async Task<AccessWorld> CreateAsync(DatabaseKind kind, PostgresServer postgres)
    {
        var world = new AccessWorld(kind is DatabaseKind.Postgres ? await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken) : null);
        await world.Database.MigrateAsync(TestContext.Current.CancellationToken);
        return world;
    }

    public SigningKeys NewSigningKeys(string? keyPath = null) =>
        new(Database, new NodeKeyFile(keyPath ?? KeyPath), Time, NullLogger<SigningKeys>.Instance);

    public Task<NewCredential> CredentialAsync(Role role, string name = "someone", DateTimeOffset? expires = null) =>
        Credentials.CreateAsync(name, [new RoleAssignment(role, Subscription)], expires, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
