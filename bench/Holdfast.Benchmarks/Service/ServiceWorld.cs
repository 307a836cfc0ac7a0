using Holdfast.ControlPlane;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Schedule;
using Holdfast.ControlPlane.Vaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Holdfast.Benchmarks.Service;

/// <summary>A node on a database of its own, whose hosts are libvirt's test driver and whose jobs do nothing.</summary>
internal sealed class ServiceWorld : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("holdfast-bench-");
    private readonly string? _database;

    private ServiceWorld(string? database) => _database = database;

    public VaultRow Vault { get; private set; } = null!;

    /// <summary>Makes one on "sqlite", or on a PostgreSQL server that the connection string may make databases on.</summary>
    public static async Task<ServiceWorld> CreateAsync(string database, TimeProvider time)
    {
        var world = new ServiceWorld(database == "sqlite" ? null : await NewDatabaseAsync(database));
        using var node = world.Node(time, leaseFactor: 1);
        await node.Services.GetRequiredService<Installation>().EnsureAsync(default);
        await using var db = Db(node);
        var subscription = (await db.Subscriptions.AsNoTracking().SingleAsync()).SubscriptionId;
        world.Vault = (await node.Services.GetRequiredService<RecoveryServicesVaults>().CreateOrUpdateAsync(
            new VaultRef(subscription, "holdfast", "v1"), new VaultSpec("local", new VaultSettings()), default)).Vault;
        return world;
    }

    public static ControlPlaneContext Db(IHost node) => node.Services.GetRequiredService<ControlPlaneDatabase>().CreateDbContext();

    /// <summary>A node that isn't started.</summary>
    public IHost Node(TimeProvider time, double leaseFactor)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton(time);
        builder.Services.AddHoldfastControlPlane(new ControlPlaneOptions
        {
            DataFolder = _folder.FullName,
            NodeName = "bench",
            Database = _database,
            LocalHostUri = "test:///default",

            // Leases are measured on the clock that runs faster.
            LeaseTime = TimeSpan.FromSeconds(30) * leaseFactor,
            QueueInterval = TimeSpan.FromSeconds(1) * leaseFactor,
        });
        builder.Services.Replace(ServiceDescriptor.Singleton<IJobExecutor, IdleExecutor>());

        // How often a node looks is measured on that clock, too.
        var schedule = (ScheduleOptions)builder.Services.Single(s => s.ServiceType == typeof(ScheduleOptions)).ImplementationInstance!;
        builder.Services.Replace(ServiceDescriptor.Singleton(schedule with { ReconcileInterval = schedule.ReconcileInterval * leaseFactor }));

        // Looking at hosts for other nodes isn't measured, and by the faster clock would be done far too often.
        builder.Services.Remove(builder.Services.Single(s => s.ImplementationType == typeof(InventoryKeeper)));
        return builder.Build();
    }

    public ProtectedItemRow Item(int number, Guid policy, Guid? host) => new()
    {
        ItemId = Guid.NewGuid(),
        VaultId = Vault.VaultId,
        SourceId = Guid.NewGuid(),
        VmSubscriptionId = Vault.SubscriptionId,
        VmResourceGroup = "holdfast",
        VmName = $"vm{number:d5}",
        ItemKey = ArmNames.Item("holdfast", $"vm{number:d5}").ToLowerInvariant(),
        HostId = host,
        PolicyId = policy,
        State = ProtectionState.Protected,
        DataId = number,
    };

    public HostRow HostRow(int number) => new()
    {
        HostId = Guid.NewGuid(),
        Name = $"host{number:d3}",
        NameKey = $"host{number:d3}",
        Uri = "test:///default",
        SubscriptionId = Vault.SubscriptionId,
        ResourceGroup = "holdfast",
        Location = "local",
        JobsMax = 4,
    };

    public ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<string> NewDatabaseAsync(string server)
    {
        var name = $"bench_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ToString();
    }
}
