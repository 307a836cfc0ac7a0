using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection;
using Holdfast.Protection.Guest;
using Holdfast.Protection.Health;
using Holdfast.Protection.Health.Remedies;

namespace Holdfast.ControlPlane.Health;

/// <summary>
/// What a node does to a VM besides jobs: remedies, and what concerns its agent. Each takes the item's lease, so that none runs beside a job, and is done to its end whoever waits for it.
/// </summary>
public sealed class VmRemedies(
    Inventory inventory, NodeExamination examination, ItemLeases leases, HostConnections connections, RecoveryServicesVaults vaults, EngineContexts engines, GuestPrograms programs,
    TimeProvider time)
{
    /// <summary>A VM by its resource id, as it is now.</summary>
    /// <exception cref="FaultException">There is none, several have the id, or its host can't be reached.</exception>
    public async Task<VirtualMachine> FindAsync(ArmId id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(id);
        var vm = (await inventory.ListVmsAsync(id.SubscriptionId!, id.ResourceGroup, ct).ConfigureAwait(false)).FirstOrDefault(v => v.Id.Equals(id))
            ?? throw new FaultException(ServiceFaults.ResourceNotFound(id.ToString()));
        return vm switch
        {
            { Fault: { } fault } => throw new FaultException(fault),
            { LastSeenUtc: not null } => throw new FaultException(ServiceFaults.HostNotReached(vm.Host.Name)),
            _ => vm,
        };
    }

    /// <summary>
    /// Carries out the remedy for a fault, if a look at the VM under the lease finds the same remedy again: what is done follows from what the node sees, never from what it is told.
    /// </summary>
    /// <returns>What was done.</returns>
    /// <exception cref="FaultException">A job works on the VM, the fault isn't there any more, or the remedy failed.</exception>
    public Task<string> ApplyAsync(VirtualMachine vm, RemedyKind kind, Fault fault, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return HoldAsync(vm, async (item, token) =>
        {
            var asked = RemedyPlan.For(new HealthSubject("vm", vm.Name, vm.Uuid, vm.Host.Name), fault);
            var remedy = RemedyPlan.Of(await examination.ExamineAsync(vm, token).ConfigureAwait(false))
                .FirstOrDefault(r => r.Subject.Id == vm.Uuid && r.Kind == kind && r.Kind == asked.Kind && r.WillDo == asked.WillDo)
                ?? throw new FaultException(ServiceFaults.ChangedMeanwhile(vm.Id.ToString()));
            var vault = kind is RemedyKind.DropBrokenCheckpoints && item is not null ? await vaults.GetAsync(item.VaultId, token).ConfigureAwait(false) : null;
            var engine = await engines.MakeAsync(vault, vm.Host, token).ConfigureAwait(false);
            return await new RemedyExecutor(engine, engine.Vault?.Id).ApplyAsync(remedy, token).ConfigureAwait(false);
        }, ct);
    }

    /// <summary>Gives a VM the channel that its agent listens on.</summary>
    /// <returns>What was done.</returns>
    public Task<string> AttachChannelAsync(VirtualMachine vm, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return HoldAsync(vm, (_, token) => OnDomainAsync(vm, domain =>
        {
            using var held = Protection.Node.VmLock.Acquire(engines.Paths, domain.Uuid, domain.Name);
            return Task.FromResult(FaultMapping.Guard(() => AgentChannelAttachment.Attach(domain), FaultSubject.OfVm(domain.Name, "attach the agent's channel")));
        }, token), ct);
    }

    /// <summary>Updates the agent of a Linux guest.</summary>
    /// <exception cref="FaultException">A job works on the VM, programs in its guest are refused, or the update failed.</exception>
    public Task<AgentUpdateResult> UpdateAgentAsync(VirtualMachine vm, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return leases.HoldAsync(
            vm.Uuid, vm.Name, holder => HealthFaults.AgentUpdateRefused(vm.Name, holder),
            (item, token) => item is { RefusesGuestPrograms: true }
                ? throw new FaultException(HealthFaults.AgentUpdateFailed(vm.Name, "programs in its guest are refused (holdfast vm guest-programs)"))
                : OnDomainAsync(vm, domain => new AgentUpdate(engines.Paths, time).RunAsync(domain, vm.Host.Uri, token), token), ct);
    }

    /// <summary>The state of a VM's agent. Changes nothing, and takes no lease.</summary>
    public async Task<AgentStatus> ReadAgentAsync(VirtualMachine vm, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vm);
        var allowed = await programs.AreAllowedAsync(vm.Uuid, ct).ConfigureAwait(false);
        return await OnDomainAsync(vm, domain => AgentStatus.ReadAsync(domain, allowed, ct), ct).ConfigureAwait(false);
    }

    private Task<T> HoldAsync<T>(VirtualMachine vm, Func<ProtectedItemRow?, CancellationToken, Task<T>> work, CancellationToken ct) =>
        leases.HoldAsync(vm.Uuid, vm.Name, holder => BackupFaults.OperationInProgress(vm.Name, holder), work, ct);

    private async Task<T> OnDomainAsync<T>(VirtualMachine vm, Func<Domain, Task<T>> work, CancellationToken ct)
    {
        var connection = await connections.GetAsync(vm.Host, ct).ConfigureAwait(false);
        using var domain = FaultMapping.Guard(() => connection.FindDomain(vm.Uuid), FaultSubject.OfVm(vm.Name, "look for the VM"))
            ?? throw new FaultException(BackupFaults.VmNotFound(vm.Name, vm.Host.Name));
        return await work(domain).ConfigureAwait(false);
    }
}
