using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Restore;

/// <summary>The end of an in-place restore, from the moment that all new images are in place. Every step can be repeated.</summary>
internal sealed class InPlaceFinish(EngineContext context, LibvirtConnection host)
{
    private const string CheckpointPrefix = "holdfast-";

    /// <summary>Defines the VM where it must be, drops what libvirt remembers of the old images, and deletes them.</summary>
    public async Task RunAsync(RestoreJournalFile journal)
    {
        await DefineAsync(journal.Journal).ConfigureAwait(false);
        await CloseAsync(journal).ConfigureAwait(false);
    }

    /// <summary>The first step: the definition, where there is one to put back. If it fails the swap can still be undone.</summary>
    public async Task DefineAsync(RestoreJournal journal)
    {
        if (journal.DefineXml is not { } xml)
            return;
        try
        {
            using var domain = await context.Effects.RunAsync(
                Effect.DefineDomain, () => host.DefineDomainAsync(xml, validate: false, CancellationToken.None)).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            throw new FaultException(RestoreFaults.VmDefineFailed(journal.Vm, e.Message), e);
        }
    }

    /// <summary>The other steps: from here on nothing is undone.</summary>
    public async Task CloseAsync(RestoreJournalFile journal)
    {
        await context.Effects.RunAsync(Effect.ForgetCheckpoints, () =>
        {
            ForgetCheckpoints(journal.Journal.Uuid);
            InPlaceMark.Set(context.Paths, journal.Journal.Uuid, journal.Journal.Point);
            return Task.CompletedTask;
        }).ConfigureAwait(false);
        await FileSwap.DeleteOldAsync(journal.Journal.Items, context.Effects).ConfigureAwait(false);
        if (context.Journal is not null)
            await context.Journal.RestoredAsync(CancellationToken.None).ConfigureAwait(false);
        await context.Effects.RunAsync(Effect.RemoveRestoreJournal, () =>
        {
            journal.Remove();
            return Task.CompletedTask;
        }).ConfigureAwait(false);
    }

    // The new images have no bitmaps, so every checkpoint of ours, of this vault or another, is metadata without substance.
    private void ForgetCheckpoints(Guid uuid)
    {
        using var domain = host.FindDomain(uuid);
        if (domain is null)
            return;
        foreach (var checkpoint in domain.ListCheckpoints().Reverse())
        {
            using (checkpoint)
            {
                if (checkpoint.Name.StartsWith(CheckpointPrefix, StringComparison.Ordinal))
                    checkpoint.Delete(CheckpointDeleteOptions.MetadataOnly);
            }
        }
    }
}
