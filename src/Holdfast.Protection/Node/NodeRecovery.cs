using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Freeze;
using Holdfast.Protection.Restore;
using Holdfast.Protection.Secrets;

namespace Holdfast.Protection.Node;

/// <summary>
/// Cleans up after runs that died with their process: thaws, ends libvirt jobs that a record proves ours, removes scratch files.
/// Called at the start of every run; what belongs to a living process is left alone.
/// </summary>
/// <param name="context">The node.</param>
public sealed class NodeRecovery(EngineContext context)
{
    private readonly RunRecords _records = new(context.Paths);

    /// <summary>Thaws what was left frozen, and cleans up after every dead run on this host. Says what was done.</summary>
    public Task<IReadOnlyList<Fault>> RecoverAsync(CancellationToken ct) => RecoverAsync(new HashSet<string>(), ct);

    /// <summary>The same, but for restores that somebody else deals with.</summary>
    /// <param name="restoresLeftAlone">Full paths of their journals.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task<IReadOnlyList<Fault>> RecoverAsync(IReadOnlySet<string> restoresLeftAlone, CancellationToken ct)
    {
        var notices = new List<Fault>(await ThawAsync(ct).ConfigureAwait(false));
        foreach (var source in _records.List())
        {
            if (!VmLock.TryAcquire(context.Paths, source, out var held))
                continue;
            using (held)
                notices.AddRange(await TryRecoverRunAsync(source, ct).ConfigureAwait(false));
        }

        notices.AddRange(await new InPlaceRecovery(context).RecoverAsync(restoresLeftAlone, ct).ConfigureAwait(false));
        return notices;
    }

    // One VM that can't be put right keeps no other from it. Its record stays, for the next start.
    private async Task<IReadOnlyList<Fault>> TryRecoverRunAsync(Guid source, CancellationToken ct)
    {
        try
        {
            return await RecoverRunAsync(source, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LibvirtException or FaultException or IOException or UnauthorizedAccessException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return [BackupFaults.BackupJobLeftBehind(_records.NameOf(source))];
        }
    }

    /// <summary>Cleans up after the dead run of one VM, whose lock the caller holds.</summary>
    /// <exception cref="FaultException">Its job doesn't end.</exception>
    internal async Task<IReadOnlyList<Fault>> RecoverRunAsync(Guid source, CancellationToken ct)
    {
        if (_records.Read(source) is not { } record)
            return [];
        var host = context.RequiredHost;
        if (record.Uri != host.Uri.Text)
            return [];
        var notices = new List<Fault>();
        using (var domain = host.FindDomain(source))
        {
            if (domain is not null && domain.GetState().IsActive
                && await JobOwner.EndAsync(domain, record.ScratchFolder, ct).ConfigureAwait(false))
                notices.Add(BackupFaults.LeftoverJobAborted(record.Name));
            if (domain is not null && JobOwner.ResumeAfterIoError(domain))
                notices.Add(BackupFaults.VmResumed(record.Name, "paused on an I/O error during our job"));
        }

        QemuRuntimePaths.For(host, context.Paths.Scratch).DeleteRunFolder(Path.GetFileName(record.ScratchFolder));
        ScratchSecret.Remove(host, record.ScratchFolder);
        _records.Remove(source);
        return notices;
    }

    /// <summary>
    /// Cleans up after a run of another node that is known to be dead: thaws the guest if the run may have left it frozen, ends the libvirt job
    /// that its scratch folder proves to be that run's, and resumes the guest. Does nothing where there is nothing left.
    /// </summary>
    /// <param name="source">The VM.</param>
    /// <param name="scratchFolder">The folder that the run meant for its scratch files, or null where it hadn't got so far.</param>
    /// <param name="mayBeFrozen">Whether the run had said that it would freeze the guest, and not that it runs again.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task<IReadOnlyList<Fault>> RecoverForeignAsync(Guid source, string? scratchFolder, bool mayBeFrozen, CancellationToken ct)
    {
        var host = context.RequiredHost;
        var notices = new List<Fault>();
        if (mayBeFrozen)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(FreezeIntentRecovery.DefaultPatience);
            try
            {
                await new GuestThawer(LibvirtGuardedGuestConnector.Instance, context.Time).ThawAsync(host.Uri.Text, source, limit.Token).ConfigureAwait(false);
                notices.Add(AgentFaults.LeftoverFreezeThawed(NameOf(source)));
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                notices.Add(AgentFaults.ThawFailed(NameOf(source), "the guest can't be reached"));
            }
        }

        if (scratchFolder is null)
            return notices;
        using var domain = host.FindDomain(source);
        try
        {
            if (domain is not null && domain.GetState().IsActive && await JobOwner.EndAsync(domain, scratchFolder, ct).ConfigureAwait(false))
                notices.Add(BackupFaults.LeftoverJobAborted(domain.Name));
        }
        catch (FaultException)
        {
            // QEMU has the scratch files open still, and the rest of the take-over doesn't depend on them.
            notices.Add(BackupFaults.BackupJobLeftBehind(domain!.Name));
            return notices;
        }

        if (domain is not null && JobOwner.ResumeAfterIoError(domain))
            notices.Add(BackupFaults.VmResumed(domain.Name, "paused on an I/O error during a job of ours"));
        QemuRuntimePaths.For(host, context.Paths.Scratch).DeleteRunFolder(Path.GetFileName(scratchFolder));
        ScratchSecret.Remove(host, scratchFolder);
        return notices;
    }

    /// <summary>Thaws what runs of this node left frozen that are dead.</summary>
    internal async Task<IEnumerable<Fault>> ThawAsync(CancellationToken ct)
    {
        var recovered = await FreezeIntentRecovery.RunAsync(
            new FreezeIntentStore(context.Paths.State), LibvirtGuardedGuestConnector.Instance, FreezeIntentRecovery.DefaultPatience,
            context.Time, ct).ConfigureAwait(false);
        return recovered.Where(r => r.Intent is not null).Select(r => (Name: NameOf(r.Intent!.DomainId), r.Outcome)).Select(r => r.Outcome switch
        {
            FreezeRecoveryOutcome.Thawed => AgentFaults.LeftoverFreezeThawed(r.Name),
            FreezeRecoveryOutcome.NotReached => AgentFaults.ThawFailed(r.Name, "the guest can't be reached; it is tried again at the next start"),
            _ => null,
        }).OfType<Fault>();
    }

    private string NameOf(Guid uuid)
    {
        using var domain = context.Host?.FindDomain(uuid);
        return domain?.Name ?? uuid.ToString();
    }
}
