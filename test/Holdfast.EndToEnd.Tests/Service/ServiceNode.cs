using Holdfast.ControlPlane;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Points;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Vaults;
using Holdfast.EndToEnd.Tests.Harness;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>The control plane of a node in this process, with real libvirt, real stores and the real guard.</summary>
internal sealed class ServiceNode : IAsyncDisposable
{
    private readonly IHost _host;

    private ServiceNode(IHost host, ControlPlaneOptions options) => (_host, Options) = (host, options);

    public ControlPlaneOptions Options { get; }

    public VaultRow Vault { get; private set; } = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Starts a node in a folder, new or as an earlier node left it.</summary>
    public static Task<ServiceNode> StartAsync(string folder) => StartAsync(new ControlPlaneOptions { DataFolder = folder });

    public static async Task<ServiceNode> StartAsync(ControlPlaneOptions options)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHoldfastControlPlane(options);
        var node = new ServiceNode(builder.Build(), options);
        await node._host.StartAsync(Ct);
        return node;
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>The vault "v1": the one that is there, or a new one.</summary>
    public async Task UseVaultAsync()
    {
        var host = (await Get<Inventory>().ListHostsAsync(Ct)).Single();
        var reference = new VaultRef(host.SubscriptionId, host.ResourceGroup, "v1");
        Vault = (await Get<RecoveryServicesVaults>().CreateOrUpdateAsync(reference, new VaultSpec("local", new VaultSettings()), Ct)).Vault;
    }

    /// <summary>Protects a VM by the vault's default policy.</summary>
    public async Task<ProtectedItemRow> ProtectAsync(string vm)
    {
        var (container, item) = (ArmNames.Container(Vault.ResourceGroup, vm), ArmNames.Item(Vault.ResourceGroup, vm));
        await Get<ProtectedItems>().PutAsync(
            Vault, container, item,
            new ProtectedItemSpec
            {
                SourceResourceId = ArmNames.VirtualMachine(Vault.SubscriptionId, Vault.ResourceGroup, vm),
                PolicyId = ArmId.Parse($"{Vault.Ref.Id}/backupPolicies/DefaultPolicy"),
            }, Ct);
        return await ItemAsync(vm);
    }

    public Task<ProtectedItemRow> ItemAsync(string vm) => Get<ProtectedItems>().GetAsync(
        Vault, ArmNames.Container(Vault.ResourceGroup, vm), ArmNames.Item(Vault.ResourceGroup, vm), Ct);

    public async Task<JobRow> BackUpAsync(string vm) => await EndedAsync(await Get<BackupRequests>().TriggerAsync(await ItemAsync(vm), null, null, Ct));

    public async Task<IReadOnlyList<RecoveryPointResource>> PointsAsync(string vm) =>
        await Get<RecoveryPoints>().ListAsync(Vault, await ItemAsync(vm), null, null, Ct);

    public async Task<JobRow> RestoreAsync(string vm, RecoveryPointResource point, RestoreSpec spec) =>
        await EndedAsync(await Get<RestoreRequests>().TriggerAsync(Vault, await ItemAsync(vm), point, spec, Ct));

    public ArmId PoolId(string pool) =>
        ArmId.Parse($"/subscriptions/{Vault.SubscriptionId}/resourceGroups/{Vault.ResourceGroup}/providers/Microsoft.Storage/storageAccounts/{pool}");

    /// <summary>Says which node alone is to reach the host.</summary>
    public async Task LetOnlyAsync(string node)
    {
        await using var db = Get<ControlPlaneDatabase>().CreateDbContext();
        (await db.Hosts.SingleAsync(Ct)).Nodes = [node];
        await db.SaveChangesAsync(Ct);
    }

    /// <summary>Waits until an operation's job is over.</summary>
    public async Task<JobRow> EndedAsync(OperationRow operation)
    {
        JobRow? job = null;
        await Eventually.TrueAsync("the job is over", async () =>
        {
            job = await Get<ControlPlane.Jobs.Jobs>().FindAsync(Vault, operation.JobId!.Value.ToString(), Ct);
            return job is { Phase: JobPhase.Ended };
        });
        return job!;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }
}
