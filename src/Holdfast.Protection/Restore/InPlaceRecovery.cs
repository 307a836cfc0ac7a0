using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;

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
    public async Task<IReadOnlyList<Fault>> RecoverAsync(CancellationToken ct)
    {
        var faults = new List<Fault>();
        var unreadable = new List<(string Path, string Reason)>();
        foreach (var journal in RestoreJournalFile.TakeDead(context.Paths, unreadable))
        {
            using (journal)
            {
                ct.ThrowIfCancellationRequested();
                try
                {
                    if (await RecoverAsync(journal).ConfigureAwait(false) is { } fault)
                        faults.Add(fault);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or LibvirtException or FaultException)
                {
                    faults.Add(RestoreFaults.InPlaceRecoveryFailed(journal.Journal.Vm, journal.Journal.Items[0].Path, e.Message));
                }
            }
        }

        faults.AddRange(unreadable.Select(u => RestoreFaults.InPlaceRecoveryFailed("?", u.Path, u.Reason)));
        return faults;
    }

    private async Task<Fault?> RecoverAsync(RestoreJournalFile file)
    {
        var journal = file.Journal;
        if (!journal.Sealed)
        {
            ImageRestorer.Abandon(file);
            return Undone(journal);
        }

        return journal.Kind switch
        {
            RestoreKind.InPlace => await RecoverInPlaceAsync(file).ConfigureAwait(false),
            RestoreKind.NewVm => RecoverNewVm(file),
            _ => RecoverFiles(file),
        };
    }

    private static Fault? RecoverFiles(RestoreJournalFile file)
    {
        if (FileSwap.Look(file.Journal.Items) is SwapProgress.AllPlaced)
        {
            file.Remove();
            return null;
        }

        ImageRestorer.Abandon(file);
        return Undone(file.Journal);
    }

    private Fault? RecoverNewVm(RestoreJournalFile file)
    {
        if (context.Host is not { } host)
            return null;
        using var domain = host.FindDomain(file.Journal.Uuid);
        if (domain is not null)
        {
            file.Remove();
            return null;
        }

        ImageRestorer.Abandon(file);
        return Undone(file.Journal);
    }

    private async Task<Fault?> RecoverInPlaceAsync(RestoreJournalFile file)
    {
        if (context.Host is not { } host)
            return null;
        var journal = file.Journal;
        using var busy = VmLock.Acquire(context.Paths, journal.Uuid, journal.Vm);
        var isActive = IsActive(host, journal.Uuid);
        switch (FileSwap.Look(journal.Items))
        {
            // libvirt started it on its old images (autostart after a power cut), or somebody did and stopped it since.
            case SwapProgress.NothingMoved when isActive:
            case SwapProgress.OldUsedSince:
                ImageRestorer.Abandon(file);
                return RestoreFaults.InPlaceRolledBack(journal.Vm);
            case SwapProgress.UnderWay when isActive:
                return RestoreFaults.InPlaceRecoveryFailed(
                    journal.Vm, journal.Items[0].Path, "the VM runs although its images were being replaced; shut it down and try again");
            case SwapProgress.AllPlaced:
                break;
            default:
                await FileSwap.PlaceAsync(journal.Items, context.Effects).ConfigureAwait(false);
                break;
        }

        await new InPlaceFinish(context, host).RunAsync(file).ConfigureAwait(false);
        return RestoreFaults.InPlaceCompleted(journal.Vm);
    }

    private static bool IsActive(LibvirtConnection host, Guid uuid)
    {
        using var domain = host.FindDomain(uuid);
        return domain is { IsActive: true };
    }

    private static Fault Undone(RestoreJournal journal) => journal.Kind is RestoreKind.InPlace
        ? RestoreFaults.InPlaceRolledBack(journal.Vm) : RestoreFaults.InterruptedRestoreCleaned(journal.Vm);
}
