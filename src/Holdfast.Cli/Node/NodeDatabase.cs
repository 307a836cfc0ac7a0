using Holdfast.ControlPlane;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Schedule;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Cli.Node;

/// <summary>A node's database, for commands that change it beside the node: credentials and hosts. The node takes changes up by itself.</summary>
internal sealed class NodeDatabase
{
    private readonly ControlPlaneDatabase database;
    private readonly ControlPlaneOptions options;
    private readonly TimeProvider time;

    private NodeDatabase(ControlPlaneDatabase database, ControlPlaneOptions options, TimeProvider time) =>
        (this.database, this.options, this.time) = (database, options, time);

    /// <summary>Opens the database of a folder's node.</summary>
    /// <exception cref="FaultException">No node was ever started there.</exception>
    public static async Task<NodeDatabase> OpenAsync(NodeSettings settings, TimeProvider time, CancellationToken ct)
    {
        var options = settings.ToOptions();
        if (!options.IsPostgres && !File.Exists(options.DatabasePath))
            throw NodeFaults.NoNodeHere(settings.DataFolder).ToException();
        var database = new ControlPlaneDatabase(options);
        return await database.IsMadeAsync(ct) ? new NodeDatabase(database, options, time) : throw NodeFaults.NoNodeHere(settings.DataFolder).ToException();
    }

    public Credentials Credentials => new(database, time);

    public RegisteredHosts Hosts => new(database, options, time);

    public AuditLog Audit => new(database, time, NullLogger<AuditLog>.Instance);

    public SigningKeys SigningKeys => new(database, AccessServices.KeyFileOf(options), time, NullLogger<SigningKeys>.Instance);

    public async Task<string> TenantAsync(CancellationToken ct) => (await new Tenant(database).IdAsync(ct)).ToString();

    /// <summary>The subscriptions, the first one first.</summary>
    public async Task<IReadOnlyList<string>> SubscriptionsAsync(CancellationToken ct)
    {
        await using var db = database.CreateDbContext();
        return await db.Subscriptions.AsNoTracking().OrderBy(s => s.DisplayName).Select(s => s.SubscriptionId).ToListAsync(ct);
    }

    /// <summary>The registered hosts, by name.</summary>
    public async Task<IReadOnlyList<HostRow>> HostsAsync(CancellationToken ct)
    {
        await using var db = database.CreateDbContext();
        return await db.Hosts.AsNoTracking().OrderBy(h => h.NameKey).ToListAsync(ct);
    }

    /// <summary>When hosts were last seen.</summary>
    public LastInventories LastInventories => new(database, time);

    /// <summary>What the policies will lead to.</summary>
    public ScheduleForecast Forecast => new(database, options, time);

    /// <summary>Records what a local account did by a command.</summary>
    public Task RecordAsync(string action, string target, CancellationToken ct) => Audit.RecordAsync(
        "local", Environment.UserName, Environment.MachineName, action, target, AuditOutcome.Succeeded, "", ct);
}
