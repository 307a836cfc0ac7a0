using Holdfast.Faults;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Node;

/// <summary>Tells our backup jobs from those of other tools: by the folder of their scratch files. Others' are never touched.</summary>
internal static class JobOwner
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(60);

    // A job that ended by itself at this moment is gone from the list within less.
    private static readonly TimeSpan LostPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Ends the domain's backup job if its scratch files lie in <paramref name="folder"/>, and waits until it is over.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="FaultException">
    /// It doesn't end. A QEMU that hangs never answers libvirt, which asks it without a bound; and of a job whose begin failed late libvirt 9.0 shows the
    /// backup, but knows no job that could be aborted: that one ends with QEMU.
    /// </exception>
    public static async Task<bool> EndAsync(Domain domain, string folder, CancellationToken ct)
    {
        if (!IsOurs(domain, folder))
            return false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(EndPatience);
        try
        {
            if (!await TryAbortAsync(domain, limit.Token).ConfigureAwait(false))
                limit.CancelAfter(LostPatience);
            // libvirt removes the scratch files a moment after the abort returned; the folder may only go after that.
            while (domain.GetState().IsActive && domain.TryGetBackup(out _))
                await Task.Delay(Poll, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new FaultException(BackupFaults.DomainJobActive(domain.Name, "a backup job that can't be ended"), e);
        }
    }

    /// <summary>Whether the domain's running backup job, if any, is the one with scratch files in <paramref name="folder"/>.</summary>
    public static bool IsOurs(Domain domain, string folder) =>
        domain.TryGetBackup(out var job)
        && job.Disks.Any(d => d.ScratchPath is { } path && Path.GetDirectoryName(path) == folder);

    /// <summary>Resumes a domain that QEMU paused because a write failed. Only to be called when the job that caused it is over.</summary>
    public static bool ResumeAfterIoError(Domain domain)
    {
        if (domain.GetState().PausedReason is not DomainPausedReason.IoError)
            return false;
        domain.Resume();
        return true;
    }

    /// <returns>False: libvirt knows of no job.</returns>
    private static async Task<bool> TryAbortAsync(Domain domain, CancellationToken ct)
    {
        try
        {
            await domain.AbortJobAsync(ct).ConfigureAwait(false);
            return true;
        }
        catch (LibvirtException e) when (e.Code is LibvirtErrorCode.OperationInvalid)
        {
            return false;
        }
    }
}
