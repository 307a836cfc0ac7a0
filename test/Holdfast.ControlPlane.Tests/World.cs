using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.ControlPlane.Vaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.ControlPlane.Tests;

/// <summary>A node on a database of its own (or another's), with libvirt's test driver as its host, a clock that stands still, and a fake engine.</summary>
internal sealed class World : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly bool _ownsFolder;

    private World(ControlPlaneOptions options, FakeTimeProvider time, bool ownsFolder)
    {
        (Options, Time, _ownsFolder) = (options, time, ownsFolder);
        var services = new ServiceCollection().AddSingleton<TimeProvider>(time).AddHoldfastControlPlane(options);
        services.Replace(ServiceDescriptor.Singleton<IJobExecutor>(Engine));
        _services = services.BuildServiceProvider();
    }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ControlPlaneOptions Options { get; }

    public FakeTimeProvider Time { get; }

    public FakeEngine Engine { get; } = new();

    public VaultRow Vault { get; private set; } = null!;

    public PolicyRow Policy { get; private set; } = null!;

    public HostRow Host { get; private set; } = null!;

    public JobRunner Runner => Get<JobRunner>();

    public static async Task<World> CreateAsync(DatabaseKind kind, PostgresServer postgres)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-plane-").FullName;
        var world = new World(
            new ControlPlaneOptions
            {
                DataFolder = folder,
                NodeName = "a",
                Database = kind is DatabaseKind.Postgres ? await postgres.CreateDatabaseAsync(Ct) : null,
                LocalHostUri = "test:///default",
            },
            new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero)), ownsFolder: true);
        await world.Get<Installation>().EnsureAsync(Ct);
        await world.PrepareAsync();
        return world;
    }

    /// <summary>Another node on the same database, stores and clock.</summary>
    public World CreateSecondNode()
    {
        var world = new World(
            Options with
            {
                NodeName = "b",
                DataFolder = Path.Combine(Options.DataFolder, "b"),
                Database = Options.Database ?? Options.DatabasePath,
                VaultsFolder = Path.Combine(Options.DataFolder, "vaults"),
                KeysFolder = Path.Combine(Options.DataFolder, "keys"),
            }, Time, ownsFolder: false);
        (world.Vault, world.Policy, world.Host) = (Vault, Policy, Host);
        return world;
    }

    /// <summary>A node that finds the stores and keys of this one, but an empty database.</summary>
    public async Task<World> CreateWithoutDatabaseAsync(DatabaseKind kind, PostgresServer postgres)
    {
        var world = new World(
            Options with
            {
                DataFolder = Path.Combine(Options.DataFolder, "after"),
                Database = kind is DatabaseKind.Postgres ? await postgres.CreateDatabaseAsync(Ct) : null,
                VaultsFolder = Path.Combine(Options.DataFolder, "vaults"),
                KeysFolder = Path.Combine(Options.DataFolder, "keys"),
            }, Time, ownsFolder: false);
        await world.Get<Installation>().EnsureAsync(Ct);
        return world;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public ControlPlaneContext Db() => Get<ControlPlaneDatabase>().CreateDbContext();

    /// <summary>Changes the host's row, and so for all nodes.</summary>
    public async Task ChangeHostAsync(Action<HostRow> change)
    {
        await using var db = Db();
        change(await db.Hosts.SingleAsync(h => h.HostId == Host.HostId, Ct));
        await db.SaveChangesAsync(Ct);
    }

    /// <summary>A protected item of a VM that only the database knows.</summary>
    public async Task<ProtectedItemRow> AddItemAsync(string name)
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
            HostId = Host.HostId,
            PolicyId = Policy.PolicyId,
            State = ProtectionState.IRPending,
            CreatedUtc = Time.GetUtcNow(),
        };
        await using var db = Db();
        db.Add(item);
        await db.SaveChangesAsync(Ct);
        return item;
    }

    public async Task<ProtectedItemRow> ItemAsync(ProtectedItemRow item)
    {
        await using var db = Db();
        return await db.Items.AsNoTracking().SingleAsync(i => i.ItemId == item.ItemId, Ct);
    }

    public async Task<JobRow> JobAsync(Guid job)
    {
        await using var db = Db();
        return await db.Jobs.AsNoTracking().SingleAsync(j => j.JobId == job, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        Engine.Release();
        await Runner.WhenIdleAsync();
        await _services.DisposeAsync();
        if (!_ownsFolder)
            return;
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(Options.DataFolder, recursive: true);
    }

    private async Task PrepareAsync()
    {
        await using var db = Db();
        Host = await db.Hosts.AsNoTracking().SingleAsync(Ct);
        var reference = new VaultRef(Host.SubscriptionId, "holdfast", "v1");
        Vault = (await Get<RecoveryServicesVaults>().CreateOrUpdateAsync(reference, new VaultSpec("local", new VaultSettings()), Ct)).Vault;
        Policy = new PolicyRow
        {
            PolicyId = Guid.NewGuid(),
            VaultId = Vault.VaultId,
            Name = "P1",
            NameKey = "p1",
            Properties = DefaultPolicies.All[DefaultPolicies.StandardName].ToStoredJson(),
        };
        db.Add(Policy);
        await db.SaveChangesAsync(Ct);
    }
}
