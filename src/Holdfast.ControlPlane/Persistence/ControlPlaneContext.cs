using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Alerts;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Points;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Persistence;

/// <summary>
/// The control plane's database. Instants are stored as UTC ticks and enumerations by name, so that SQLite and PostgreSQL compare and
/// order alike; lists, faults and property bags are JSON in a text column. Names that are looked up without regard to case have a lower-case
/// twin (<c>…Key</c>).
/// </summary>
public abstract class ControlPlaneContext(DbContextOptions options) : DbContext(options)
{
    /// <summary>Facts of the installation, such as its tenant.</summary>
    public DbSet<SettingRow> Settings => Set<SettingRow>();

    /// <summary>Subscriptions.</summary>
    public DbSet<SubscriptionRow> Subscriptions => Set<SubscriptionRow>();

    /// <summary>Resource groups.</summary>
    public DbSet<ResourceGroupRow> ResourceGroups => Set<ResourceGroupRow>();

    /// <summary>Registered libvirt connections.</summary>
    public DbSet<HostRow> Hosts => Set<HostRow>();

    /// <summary>What was last seen on hosts.</summary>
    public DbSet<HostInventoryRow> HostInventories => Set<HostInventoryRow>();

    /// <summary>The nodes that were seen, and the hosts that they reach.</summary>
    public DbSet<NodeRow> Nodes => Set<NodeRow>();

    /// <summary>Recovery Services vaults.</summary>
    public DbSet<VaultRow> Vaults => Set<VaultRow>();

    /// <summary>Backup policies.</summary>
    public DbSet<PolicyRow> Policies => Set<PolicyRow>();

    /// <summary>Protected items.</summary>
    public DbSet<ProtectedItemRow> Items => Set<ProtectedItemRow>();

    /// <summary>Names and policy tags of recovery points.</summary>
    public DbSet<PointRow> Points => Set<PointRow>();

    /// <summary>Jobs.</summary>
    public DbSet<JobRow> Jobs => Set<JobRow>();

    /// <summary>Asynchronous operations.</summary>
    public DbSet<OperationRow> Operations => Set<OperationRow>();

    /// <summary>Leases.</summary>
    public DbSet<LeaseRow> Leases => Set<LeaseRow>();

    /// <summary>Credentials.</summary>
    public DbSet<CredentialRow> Credentials => Set<CredentialRow>();

    /// <summary>Roles of credentials.</summary>
    public DbSet<AssignmentRow> Assignments => Set<AssignmentRow>();

    /// <summary>Keys that sign tokens, sealed.</summary>
    public DbSet<SigningKeyRow> SigningKeys => Set<SigningKeyRow>();

    /// <summary>The audit log.</summary>
    public DbSet<AuditRow> Audit => Set<AuditRow>();

    /// <summary>Alerts.</summary>
    public DbSet<AlertRow> Alerts => Set<AlertRow>();

    /// <inheritdoc/>
    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        RaiseVersions();
        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    /// <inheritdoc/>
    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        RaiseVersions();
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<InstantConverter>();
        configurationBuilder.Properties<TimeSpan>().HaveConversion<long>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>();
        configurationBuilder.Properties<Fault>().HaveConversion<FaultConverter, FaultComparer>();
        Json<IReadOnlyList<Fault>>(configurationBuilder);
        Json<IReadOnlyList<JobTask>>(configurationBuilder);
        Json<IReadOnlyList<string>>(configurationBuilder);
        Json<IReadOnlyList<Guid>>(configurationBuilder);
        Json<IReadOnlyDictionary<string, string>>(configurationBuilder);
        Json<DiskExclusion>(configurationBuilder);
        Json<JobFilter>(configurationBuilder);
        Json<VaultAlertSettings>(configurationBuilder);
        Json<PhaseTimes>(configurationBuilder);
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(ControlPlaneContext).Assembly);
        foreach (var type in modelBuilder.Model.GetEntityTypes().Where(t => typeof(IVersionedRow).IsAssignableFrom(t.ClrType)))
            modelBuilder.Entity(type.ClrType).Property(nameof(IVersionedRow.Version)).IsConcurrencyToken();
    }

    private static void Json<T>(ModelConfigurationBuilder builder)
        where T : class =>
        builder.Properties<T>().HaveConversion<JsonTextConverter<T>, JsonTextComparer<T>>();

    private void RaiseVersions()
    {
        foreach (var entry in ChangeTracker.Entries<IVersionedRow>().Where(e => e.State is EntityState.Modified))
            entry.Entity.Version++;
    }
}
