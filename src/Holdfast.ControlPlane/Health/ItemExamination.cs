using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Schedule;
using Holdfast.Faults;
using Holdfast.Protection.Health;

namespace Holdfast.ControlPlane.Health;

/// <summary>Examines the VM of a protected item as it is now. Changes nothing.</summary>
public sealed class ItemExamination(
    Inventory inventory, HostConnections connections, Rebinding rebinding, RecentForecast forecast, EngineContexts engines, ControlPlaneOptions options, TimeProvider time)
{
    /// <summary>What isn't well with an item's VM, its host and its policy.</summary>
    public async Task<IReadOnlyList<Fault>> ExamineAsync(ProtectedItemRow item, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(item);
        IReadOnlyList<Fault> found = await FindHostAsync(item, ct).ConfigureAwait(false) is var (host, obstacle) && host is not null
            ? await ExamineAsync(item, host, ct).ConfigureAwait(false) : obstacle;
        return [.. found, .. await forecast.ConcerningAsync(item, ct).ConfigureAwait(false)];
    }

    // A host that can't be reached is something else than a VM that is gone: which of the two it is decides what is to be done.
    private async Task<(HostRow? Host, IReadOnlyList<Fault> Obstacle)> FindHostAsync(ProtectedItemRow item, CancellationToken ct)
    {
        var (vm, unread) = await inventory.LookForVmAsync(item.SourceId, ct).ConfigureAwait(false);
        if (vm is not null)
            return vm.Fault is { } fault ? (null, [fault]) : (vm.Host, []);
        if (unread.FirstOrDefault(h => item.HostId is null || item.HostId == h.HostId) is { } host)
            return (null, [ServiceFaults.HostNotReached(host.Name)]);

        // Another VM of its name is told of by the proposal.
        var now = await rebinding.LookForAsync(item, null, ct).ConfigureAwait(false);
        return (null, now is null || now.ProposedSourceId is not null || now.SourceId != item.SourceId ? [] : [BackupFaults.VmNotFound(item.VmName, item.VmResourceGroup)]);
    }

    private async Task<IReadOnlyList<Fault>> ExamineAsync(ProtectedItemRow item, HostRow host, CancellationToken ct)
    {
        var programs = options.PreCheckRunsGuestPrograms && !item.RefusesGuestPrograms;
        var service = new HealthService(engines.Paths, new HealthOptions { AllowsPrograms = _ => programs, Time = time });
        var request = new HealthRequest
        {
            Hosts = [new HealthHostAddress(host.Name, host.Uri) { ConnectAsync = token => connections.GetAsync(host, token) }], Vm = item.SourceId.ToString(),
        };
        try
        {
            var report = await service.CheckAsync(request, ct).ConfigureAwait(false);
            return [.. report.Results.Where(r => r is { Fault: not null, Outcome: not HealthOutcome.Passed } && (r.Subject.Kind == "host" || r.Subject.Id == item.SourceId))
                .Select(r => r.Fault!).Distinct()];
        }
        catch (FaultException e)
        {
            // Undefined since it was found.
            return [e.Fault];
        }
    }
}
