using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Libvirt;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Guest;
using Holdfast.Protection.Node;
using Holdfast.Vault;

namespace Holdfast.Protection.Health.Remedies;

/// <summary>Carries remedies out, each under the VM's lock, and after a look that what it is for is still so.</summary>
/// <param name="context">The node and the host.</param>
/// <param name="vault">The vault whose checkpoints may be dropped; null where none is open.</param>
public sealed class RemedyExecutor(EngineContext context, VaultId? vault)
{
    private static readonly GuestExecOptions ServicePatience = new() { Timeout = TimeSpan.FromMinutes(2), OutputBytesMax = 4096 };

    /// <summary>Does one remedy; says what was done.</summary>
    /// <exception cref="FaultException">It couldn't be done, or a backup holds the VM.</exception>
    public async Task<string> ApplyAsync(Remedy remedy, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(remedy);
        if (remedy.Subject.Id is not { } uuid)
            throw new ArgumentException("Only remedies of VMs are carried out.", nameof(remedy));
        using var held = VmLock.Acquire(context.Paths, uuid, remedy.Subject.Name);
        using var domain = context.RequiredHost.FindDomain(uuid)
            ?? throw new FaultException(BackupFaults.VmNotFound(remedy.Subject.Name, context.RequiredHost.Uri.Text));
        return await FaultMapping.GuardAsync(
            () => ApplyAsync(remedy, domain, ct), FaultSubject.OfVm(domain.Name, remedy.Kind.ToString())).ConfigureAwait(false);
    }

    private async Task<string> ApplyAsync(Remedy remedy, Domain domain, CancellationToken ct) => remedy.Kind switch
    {
        RemedyKind.AttachChannel => AgentChannelAttachment.Attach(domain),
        RemedyKind.CleanUpDeadRun => await CleanUpAsync(domain, ct).ConfigureAwait(false),
        RemedyKind.DropBrokenCheckpoints => await DropAsync(domain).ConfigureAwait(false),
        RemedyKind.ReserveAddress => Reserve(remedy.Fault),
        // Whatever names it: the agent can't stop its own service and live to start it again.
        RemedyKind.RestartService when RemedyPlan.ServiceOf(remedy).Equals(WindowsAgentRestart.Service, StringComparison.OrdinalIgnoreCase) =>
            await RestartAgentAsync(domain, ct).ConfigureAwait(false),
        RemedyKind.RestartService => await RestartAsync(domain, RemedyPlan.ServiceOf(remedy), ct).ConfigureAwait(false),
        _ => throw new ArgumentException("A person has to do it.", nameof(remedy)),
    };

    private async Task<string> CleanUpAsync(Domain domain, CancellationToken ct)
    {
        var recovery = new NodeRecovery(context);
        var done = (await recovery.ThawAsync(ct).ConfigureAwait(false)).Concat(await recovery.RecoverRunAsync(domain.Uuid, ct).ConfigureAwait(false)).ToList();
        return done.Count == 0 ? "its record was removed" : string.Join(' ', done.Select(f => FaultCatalogue.Shared.Render(f, FaultLanguage.English).Message));
    }

    private async Task<string> DropAsync(Domain domain)
    {
        if (vault is not { } ours)
            throw new FaultException(InputFaults.VaultNotNamed());
        var broken = new List<string>();
        foreach (var checkpoint in domain.ListCheckpoints())
        {
            using (checkpoint)
            {
                if (TrackingName.TryParse(checkpoint.Name, out var name) && name.Vault == ours && domain.GetState().IsActive
                    && !checkpoint.ReadXml().Disks.Where(d => d.IsTracked).Select(d => d.Target).ToHashSet().IsSubsetOf(checkpoint.GetDisksWithUsableBitmap()))
                    broken.Add(checkpoint.Name);
            }
        }

        var failed = await new Checkpoints(domain, ours).DropAsync(broken).ConfigureAwait(false);
        return failed.Count == 0 ? $"{broken.Count} dropped" : throw new FaultException(failed[0]);
    }

    private string Reserve(Fault fault)
    {
        var (network, mac, address) = (fault.Parameters["network"], fault.Parameters["mac"], fault.Parameters["address"]);
        using var found = context.RequiredHost.FindNetwork(network) ?? throw new FaultException(RestoreFaults.NetworkNotFound(network, []));
        found.ReserveAddress(mac, address);
        return $"{address} is reserved";
    }

    private async Task<string> RestartAgentAsync(Domain domain, CancellationToken ct)
    {
        await new WindowsAgentRestart(context.Time).RunAsync(context.RequiredHost, domain, ct).ConfigureAwait(false);
        return $"{WindowsAgentRestart.Service} was restarted";
    }

    private static async Task<string> RestartAsync(Domain domain, string service, CancellationToken ct)
    {
        var agent = new GuestAgentClient(new LibvirtAgentChannel(domain));
        // A service that isn't running can't be stopped: that is no failure.
        await agent.ExecAsync(new GuestCommand("net", "stop", service, "/y"), ServicePatience, ct).ConfigureAwait(false);
        var started = await agent.ExecAsync(new GuestCommand("net", "start", service), ServicePatience, ct).ConfigureAwait(false);
        return started.Succeeded ? $"{service} was restarted"
            : throw new FaultException(AgentFaults.AgentCommandFailed(domain.Name, $"net start {service}", started.ErrorOutput.ToText(300)));
    }
}
