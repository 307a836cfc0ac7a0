using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Restore;

/// <summary>
/// Brings restores to an end whose process died: whatever was made is finished or removed, by the journals in the state folder.
/// Journals of restores that are alive are locked, and left alone.
/// </summary>
/// <param name="context">What it works with. Without a connection to libvirt only what needs none is looked at.</param>
public sealed class InPlaceRecovery(EngineContext context)
{
    /// <summary>Finishes or undoes. Never throws for one VM what would keep another's from being put right.</summary>
    /// <param name="ct">Cancels it between two journals.</param>
    /// <returns>What was done, and what couldn't be.</returns>
    public Task<IReadOnlyList<Fault>> RecoverAsync(CancellationToken ct) => RecoverAsync(new HashSet<string>(), ct);

    /// <summary>The same, but for journals that somebody else deals with.</summary>
    /// <param name="leftAlone">Full paths of these journals.</param>
    /// <param name="ct">Cancels it between two journals.</param>
    public async Task<IReadOnlyList<Fault>> RecoverAsync(IReadOnlySet<string> leftAlone, CancellationToken ct)
    {
        var faults = new List<Fault>();
        var unreadable = new List<(string Path, string Reason)>();
        foreach (var journal in RestoreJournalFile.TakeDead(context.Paths, unreadable))
        {
            using (journal)
            {
                ct.ThrowIfCancellationRequested();
                if (!leftAlone.Contains(RestoreJournalFile.PathOf(context.Paths, journal.Journal.Id))
                    && await TryRecoverAsync(journal).ConfigureAwait(false) is { Notice: { } fault })
                    faults.Add(fault);
            }
        }

        faults.AddRange(unreadable.Select(u => RestoreFaults.InPlaceRecoveryFailed("?", u.Path, u.Reason)));
        return faults;
    }

    /// <summary>Brings one restore of a process that is known to be dead to an end.</summary>
    /// <param name="journalPath">Its journal, in whatever node's state folder.</param>
    public async Task<RestoreRemains> RecoverAsync(string journalPath)
    {
        try
        {
            using var journal = RestoreJournalFile.TryTake(journalPath, out var isHeld);
            if (journal is not null)
                return await TryRecoverAsync(journal).ConfigureAwait(false);
            return isHeld
                ? new(RestoreEnd.Unknown, RestoreFaults.InPlaceRecoveryFailed("?", journalPath, "a process still holds the journal"))
                : new(RestoreEnd.NothingLeft, null);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return new(RestoreEnd.Unknown, RestoreFaults.InPlaceRecoveryFailed("?", journalPath, e.Message));
        }
    }

    private async Task<RestoreRemains> TryRecoverAsync(RestoreJournalFile journal)
    {
        try
        {
            return await RecoverAsync(journal).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LibvirtException or FaultException)
        {
            return new(RestoreEnd.Unknown, RestoreFaults.InPlaceRecoveryFailed(journal.Journal.Vm, journal.FilePath, e.Message));
        }
    }

    private async Task<RestoreRemains> RecoverAsync(RestoreJournalFile file)
    {
        var journal = file.Journal;
        // What libvirt was given is taken back there, too, and a VM that was shut down runs again.
        if ((journal.Secrets is { Count: > 0 } || journal.RanOnBoot is not null) && context.Host is null)
            return new(RestoreEnd.Unknown, null);
        // Where an undo was cut off before its first step all new files are in place still, and the VM may have been running on them since.
        var isWhole = journal.Kind is RestoreKind.InPlace && FileSwap.Look(journal.Items) is SwapProgress.AllPlaced;
        // And where that of a new VM was, they may be somebody's by now.
        var mayBePlaced = journal.Kind is RestoreKind.NewVm && journal.Items.Any(i => i.New is not null);
        if (!journal.Sealed && !isWhole && !mayBePlaced)
        {
            ImageRestorer.Abandon(file, context.Host);
            return await VmAsBefore.RestoreAsync(context, journal).ConfigureAwait(false) is { } stays ? new(RestoreEnd.Undone, stays) : Undone(journal);
        }

        return journal.Kind switch
        {
            RestoreKind.InPlace => await RecoverInPlaceAsync(file).ConfigureAwait(false),
            RestoreKind.NewVm => await RecoverNewVmAsync(file).ConfigureAwait(false),
            _ => RecoverFiles(file),
        };
    }

    private static RestoreRemains RecoverFiles(RestoreJournalFile file)
    {
        if (FileSwap.Look(file.Journal.Items) is SwapProgress.AllPlaced)
        {
            file.Remove();
            return new(RestoreEnd.Complete, null);
        }

        ImageRestorer.Abandon(file, host: null);
        return Undone(file.Journal);
    }

    private async Task<RestoreRemains> RecoverNewVmAsync(RestoreJournalFile file)
    {
        if (context.Host is not { } host)
            return new(RestoreEnd.Unknown, null);
        using var domain = host.FindDomain(file.Journal.Uuid);
        if (domain is not null)
        {
            file.Remove();
            return new(RestoreEnd.Complete, null);
        }

        // Somebody may have made a VM of the images himself: those stay, and the secrets that they may be encrypted with.
        var journal = file.Journal;
        var users = await FileUsers.ReadAsync(host, journal.Uuid, CancellationToken.None).ConfigureAwait(false);
        var unused = journal.Items.Where(
            i => !File.Exists(i.Path) || File.Exists(i.NewPath) || (users.ByOther(journal.Uuid, i.Path) is null && IsFree(i.Path))).ToList();
        if (unused.Count < journal.Items.Count)
            file.Save(journal with { Items = unused, Secrets = [] });
        ImageRestorer.Abandon(file, host);
        return Undone(journal);
    }

    private static bool IsFree(string path)
    {
        using var free = ImageLock.TryTake(path);
        return free is not null;
    }

    private async Task<RestoreRemains> RecoverInPlaceAsync(RestoreJournalFile file)
    {
        if (context.Host is not { } host)
            return new(RestoreEnd.Unknown, null);
        var journal = file.Journal;
        using var busy = VmLock.Acquire(context.Paths, journal.Uuid, journal.Vm);
        var isActive = IsActive(host, journal.Uuid);
        switch (FileSwap.Look(journal.Items))
        {
            // libvirt started it on its old images (autostart after a power cut), or somebody did and stopped it since.
            case SwapProgress.NothingMoved when isActive:
            case SwapProgress.OldUsedSince:
                ImageRestorer.Abandon(file, host);
                return Undone(journal);
            case SwapProgress.UnderWay when isActive:
                return new(RestoreEnd.Unknown, RestoreFaults.InPlaceRecoveryFailed(
                    journal.Vm, file.FilePath, "the VM runs although its images were being replaced; shut it down and try again"));
            case SwapProgress.AllPlaced:
                break;
            default:
                await FileSwap.PlaceAsync(journal.Items, context.Effects).ConfigureAwait(false);
                break;
        }

        // The end deletes the old images: only where every new one is there.
        if (FileSwap.Look(journal.Items) is not SwapProgress.AllPlaced)
            throw new IOException("not all of the restored files are there; the old ones are kept beside them");
        await new InPlaceFinish(context, host).RunAsync(file).ConfigureAwait(false);
        return new(RestoreEnd.Complete, RestoreFaults.InPlaceCompleted(journal.Vm));
    }

    private static bool IsActive(LibvirtConnection host, Guid uuid)
    {
        using var domain = host.FindDomain(uuid);
        return domain is { IsActive: true };
    }

    private static RestoreRemains Undone(RestoreJournal journal) => new(RestoreEnd.Undone, journal.Kind is RestoreKind.InPlace
        ? RestoreFaults.InPlaceRolledBack(journal.Vm) : RestoreFaults.InterruptedRestoreCleaned(journal.Vm));
}
