namespace Holdfast.Protection.Node;

/// <summary>
/// Told by a run, before each effect that another node would have to clean up, that it is about to happen. The effect happens only
/// after the call has returned: a run whose right to work was taken away is stopped by the exception that the call throws instead.
/// </summary>
/// <remarks>A node that works alone needs none: its state folder holds the same.</remarks>
public interface IRunJournal
{
    /// <summary>A vault session is open; nothing is committed by it before this returned.</summary>
    /// <param name="source">The VM.</param>
    /// <param name="session">The point that the session makes.</param>
    /// <param name="ct">Cancels it.</param>
    Task SessionOpenedAsync(Guid source, Guid session, CancellationToken ct);

    /// <summary>A libvirt job begins, with its scratch files in this folder.</summary>
    Task JobIntendedAsync(string scratchFolder, CancellationToken ct);

    /// <summary>The guest is frozen next.</summary>
    Task FreezeIntendedAsync(CancellationToken ct);

    /// <summary>The guest runs again.</summary>
    Task ThawedAsync(CancellationToken ct);

    /// <summary>A restore begins to make files.</summary>
    /// <param name="journalPath">Its journal, which will name them all.</param>
    /// <param name="ct">Cancels it.</param>
    Task RestoreIntendedAsync(string journalPath, CancellationToken ct);

    /// <summary>The restore's files are whole; next they take their names, and from then on the restore is finished rather than undone.</summary>
    Task RestoreSealingAsync(CancellationToken ct);

    /// <summary>The restore has done all that it was asked for; its journal is removed next.</summary>
    Task RestoredAsync(CancellationToken ct);
}
