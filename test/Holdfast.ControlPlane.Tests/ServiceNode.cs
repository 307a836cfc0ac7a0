using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.ControlPlane.Vaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.ControlPlane.Tests;

/// <summary>The services of a node with one vault, on a database of its own and a clock that stands where it is put. Nothing runs by itself.</summary>
internal sealed class ServiceNode : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("holdfast-policies-");
    private ServiceProvider _services = null!;

    private ServiceNode()
    {
    }

    public Microsoft.Extensions.Time.Testing.FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public VaultRow Vault { get; private set; } = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <param name="postgres">The server to take a database from; null takes SQLite.</param>
    public static async Task<ServiceNode> CreateAsync(PostgresServer? postgres = null)
    {
        var node = new ServiceNode();
        node._services = new ServiceCollection().AddSingleton<TimeProvider>(node.Time).AddHoldfastControlPlane(new()
        {
            DataFolder = node._folder.FullName,
            NodeName = "a",
            Database = postgres is null ? null : await postgres.CreateDatabaseAsync(Ct),
            LocalHostUri = "test:///default",
        }).BuildServiceProvider();
        await node.Get<Installation>().EnsureAsync(Ct);
        await using var db = node.Db();
        var subscription = (await db.Subscriptions.AsNoTracking().SingleAsync(Ct)).SubscriptionId;
        var reference = new VaultRef(subscription, "holdfast", "v1");
        node.Vault = (await node.Get<RecoveryServicesVaults>().CreateOrUpdateAsync(reference, new VaultSpec("local", new VaultSettings()), Ct)).Vault;
        return node;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public ControlPlaneContext Db() => Get<ControlPlaneDatabase>().CreateDbContext();

    public async Task<BackupPolicyResource> PolicyAsync(string name) => (await Get<BackupPolicies>().FindAsync(Vault, name, Ct))!;

    public async Task<ProtectedItemRow> AddItemAsync(string name, ProtectionState state = ProtectionState.Protected)
    {
        var item = new ProtectedItemRow
        {
            ItemId = Guid.NewGuid(),
            VaultId = Vault.VaultId,
            SourceId = Guid.NewGuid(),
            VmSubscriptionId = Vault.SubscriptionId,
            VmResourceGroup = "holdfast",
            VmName = name,
            ItemKey = ArmNames.Item("holdfast", name).ToLowerInvariant(),
            PolicyId = (await PolicyAsync(DefaultPolicies.StandardName)).Id,
            State = state,
            CreatedUtc = Time.GetUtcNow(),
        };
        await using var db = Db();
        db.Add(item);
        await db.SaveChangesAsync(Ct);
        return item;
    }

    public async Task ChangeAsync(ProtectedItemRow item, Action<ProtectedItemRow> change)
    {
        await using var db = Db();
        change(await db.Items.SingleAsync(i => i.ItemId == item.ItemId, Ct));
        await db.SaveChangesAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }
}
