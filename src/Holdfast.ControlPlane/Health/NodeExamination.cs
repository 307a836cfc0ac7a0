using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Schedule;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Holdfast.Protection.Health;
using Holdfast.Protection.Health.Network;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Health;

/// <summary>
/// Examines what this node works on, as it is now: VMs, their hosts, the vaults' stores, what policies will lead to, and the way to what the node needs. Changes nothing, takes
/// no lease, and shows nobody more than they may see. A host that can't be reached is told once, not for each of its VMs.
/// </summary>
public sealed class NodeExamination(
    ControlPlaneDatabase database, Inventory inventory, HostConnections connections, LastInventories last, RecoveryServicesVaults vaults, ScheduleForecast forecast,
    EngineContexts engines, NodeEndpoints endpoints, ControlPlaneOptions options, TimeProvider time)
{
    /// <summary>Runs every check that applies.</summary>
    /// <exception cref="FaultException">The VM or host asked for isn't there, or nothing that the caller sees.</exception>
    public async Task<HealthReport> ExamineAsync(ExaminationSpec spec, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var vms = (await inventory.ListVmsAsync(spec.Subscription, null, ct).ConfigureAwait(false)).Where(spec.SeesVm).ToList();
        var seen = (await inventory.ListHostsAsync(ct).ConfigureAwait(false))
            .Where(h => h.SubscriptionId.Equals(spec.Subscription, StringComparison.OrdinalIgnoreCase) && (spec.SeesHost(h) || vms.Any(v => v.Host.HostId == h.HostId))
                && (spec.Host is null || h.Name.Equals(spec.Host, StringComparison.OrdinalIgnoreCase))).ToList();
        if (spec.Host is not null && seen.Count == 0)
            throw NodeFaults.HostNotFound(spec.Host).ToException();
        var hosts = seen.Where(h => h.IsReachedBy(options.NodeName)).ToList();
        var stores = (await vaults.ListAsync(spec.Subscription, null, ct).ConfigureAwait(false)).Where(spec.SeesVault).ToList();
        var items = await ItemsAsync(ct).ConfigureAwait(false);
        var mayLookAt = vms.Select(v => v.Uuid).ToHashSet();

        var ofVm = spec.Vm is null ? null : VaultOf(spec.Vm, items, stores);
        var service = new HealthService(engines.Paths, OptionsOf(items, spec.AllowsPrograms, spec.AgentMinimum));
        var report = await service.CheckAsync(
            new HealthRequest
            {
                Hosts = [.. hosts.Select(AddressOf)], Vm = spec.Vm, IncludesVms = spec.IncludesVms, Admits = mayLookAt.Contains,
                Vault = ofVm is null ? null : SubjectOf(ofVm),
                Endpoints = spec.SeesNode ? [.. endpoints.All.Concat(hosts.Select(h => HealthEndpoint.OfHost(h.Uri)).OfType<HealthEndpoint>()).DistinctBy(e => (e.Purpose, e.Name))] : [],
            }, ct).ConfigureAwait(false);

        var more = new List<HealthResult>(seen.Except(hosts).Select(LeftToOthers));
        more.AddRange(await StaleHosts.OfAsync(hosts, last, report, time, ct).ConfigureAwait(false));
        if (spec is { Vm: null, Host: null })
        {
            var ofStores = await Task.WhenAll(stores.Select(s => service.CheckAsync(new HealthRequest { IncludesVms = false, Vault = SubjectOf(s) }, ct))).ConfigureAwait(false);
            more.AddRange(ofStores.SelectMany(r => r.Results));
            if (spec.SeesNode)
                more.AddRange(await forecast.JudgeAsync(ct).ConfigureAwait(false));
        }

        return report with { Results = [.. report.Results, .. more] };
    }

    /// <summary>Examines one VM by its UUID, and its host, for whoever is about to remedy something.</summary>
    internal async Task<HealthReport> ExamineAsync(VirtualMachine vm, CancellationToken ct) =>
        await new HealthService(engines.Paths, OptionsOf(await ItemsAsync(ct).ConfigureAwait(false), allowsPrograms: true, null)).CheckAsync(
            new HealthRequest { Hosts = [AddressOf(vm.Host)], Vm = vm.Uuid.ToString(), Admits = id => id == vm.Uuid }, ct).ConfigureAwait(false);

    private HealthOptions OptionsOf(IReadOnlyList<ProtectedItemRow> items, bool allowsPrograms, Version? agentMinimum)
    {
        var refusing = items.Where(i => i.RefusesGuestPrograms).Select(i => i.SourceId).ToHashSet();
        var usual = new HealthOptions { AllowsPrograms = vm => allowsPrograms && !refusing.Contains(vm), Time = time };
        return agentMinimum is null ? usual : usual with { AgentMinimum = agentMinimum };
    }

    private HealthHostAddress AddressOf(HostRow host) => new(host.Name, host.Uri) { ConnectAsync = ct => connections.GetAsync(host, ct) };

    private VaultSubject SubjectOf(VaultRow vault) => new(vault.StorePath, async ct =>
        await new PointService(await engines.MakeAsync(vault, null, ct).ConfigureAwait(false)).ListAllAsync(ct).ConfigureAwait(false))
    {
        ReadFillAsync = async ct => await VaultFill.ReadAsync(await engines.MakeAsync(vault, null, ct).ConfigureAwait(false), ct).ConfigureAwait(false),
    };

    // The vault that has points of it tells a VM that is gone from one that never was.
    private static VaultRow? VaultOf(string vm, IReadOnlyList<ProtectedItemRow> items, IReadOnlyList<VaultRow> stores)
    {
        var item = items.FirstOrDefault(i => i.VmName == vm || (Guid.TryParse(vm, out var uuid) && i.SourceId == uuid));
        return item is null ? null : stores.FirstOrDefault(v => v.VaultId == item.VaultId);
    }

    private static HealthResult LeftToOthers(HostRow host) =>
        new(new HealthSubject("host", host.Name), HealthArea.Host, "reachable", HealthOutcome.Unknown, "it is left to other nodes", null);

    private async Task<IReadOnlyList<ProtectedItemRow>> ItemsAsync(CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            return await db.Items.AsNoTracking().Where(i => i.DeletedUtc == null).ToListAsync(ct).ConfigureAwait(false);
    }
}
