using Holdfast.Protection.Node;

namespace Holdfast.Protection.Restore;

/// <summary>
/// Moves a journal's files: the part of a restore that has to be all or nothing. Works on files only and knows no VM.
/// </summary>
/// <remarks>
/// INV-R5: all old files are moved aside before the first new one is placed. So at no instant do a VM's paths name a mixture of old
/// and new images: a start in between fails for a missing file. Every step can be repeated, in both directions, after a crash anywhere.
/// A VM doesn't start without an image, but without firmware variables or TPM state it does, and makes new ones: items have the images first, which are
/// moved away first and come last.
/// </remarks>
public static class FileSwap
{
    /// <summary>Puts all new files in place; the old ones stay beside them.</summary>
    /// <exception cref="IOException">A file couldn't be moved; <see cref="Undo"/> puts everything back.</exception>
    public static async Task PlaceAsync(IReadOnlyList<RestoreItem> items, EffectGate effects)
    {
        await MoveOldAsync(items, effects).ConfigureAwait(false);
        await PlaceNewAsync(items, effects).ConfigureAwait(false);
    }

    /// <summary>The first half: all old files are moved aside.</summary>
    public static async Task MoveOldAsync(IReadOnlyList<RestoreItem> items, EffectGate effects)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(effects);
        foreach (var item in items)
        {
            if (item.OldPath is { } aside && File.Exists(item.NewPath) && !File.Exists(aside))
                await effects.RunAsync(Effect.MoveOldImage, () => Run(() => HostFile.Move(item.Path, aside))).ConfigureAwait(false);
        }
    }

    /// <summary>The second half: the new files take their names.</summary>
    public static async Task PlaceNewAsync(IReadOnlyList<RestoreItem> items, EffectGate effects)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(effects);
        foreach (var item in items.Reverse())
        {
            if (File.Exists(item.NewPath))
                await effects.RunAsync(Effect.PlaceNewImage, () => Run(() => HostFile.Move(item.NewPath, item.Path))).ConfigureAwait(false);
        }
    }

    /// <summary>Takes everything back: all new files go before the first old one has its name again.</summary>
    /// <exception cref="IOException">A file couldn't be moved: somebody else's has its name. What isn't back yet stays beside it.</exception>
    public static void Undo(IReadOnlyList<RestoreItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        foreach (var item in items)
        {
            // Only a file that is known to be ours is deleted: the name may have been taken by somebody else.
            if (HostFile.Look(item.Path) is { } present && item.New is { } made && present.Stamp.IsSameFileAcrossBoots(made))
                HostFile.Delete(item.Path);
        }

        foreach (var item in items.Reverse())
        {
            if (item.OldPath is { } aside && File.Exists(aside))
                HostFile.Move(aside, item.Path);
            HostFile.Delete(item.NewPath);
        }
    }

    /// <summary>Deletes the old files: the very end.</summary>
    public static async Task DeleteOldAsync(IReadOnlyList<RestoreItem> items, EffectGate effects)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(effects);
        foreach (var item in items)
        {
            if (item.OldPath is { } aside && File.Exists(aside) && File.Exists(item.Path))
                await effects.RunAsync(Effect.DeleteOldImage, () => Run(() => HostFile.Delete(aside))).ConfigureAwait(false);
        }
    }

    /// <summary>How far the files of a sealed journal are.</summary>
    public static SwapProgress Look(IReadOnlyList<RestoreItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (items.All(IsPlaced))
            return SwapProgress.AllPlaced;
        var replaced = items.Where(i => i.OldPath is not null).ToList();
        if (replaced.Count > 0 && replaced.All(IsPlaced))
            return SwapProgress.AllReplaced;
        if (items.Any(i => IsPlaced(i) || (i.OldPath is { } aside && File.Exists(aside))))
            return SwapProgress.UnderWay;
        return items.Any(OldChanged) ? SwapProgress.OldUsedSince : SwapProgress.NothingMoved;
    }

    private static bool IsPlaced(RestoreItem item) =>
        !File.Exists(item.NewPath) && HostFile.Look(item.Path) is { } present && item.New is { } made && present.Stamp.IsSameFileAcrossBoots(made);

    private static bool OldChanged(RestoreItem item) => item.OldPath is not null && (item.Old is { } old
        ? HostFile.Look(item.Path) is not { } present || !present.Stamp.IsUnchangedAcrossBoots(old) : File.Exists(item.Path));

    private static Task Run(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}

/// <summary>How far the swap of a sealed journal came.</summary>
public enum SwapProgress
{
    /// <summary>Nothing was moved, and the old files are as they were.</summary>
    NothingMoved,
    /// <summary>Nothing was moved, and an old file was written to or replaced since: finishing would lose that.</summary>
    OldUsedSince,
    /// <summary>Some were moved.</summary>
    UnderWay,
    /// <summary>All old files were replaced; what is missing is new files for which there was no old one.</summary>
    AllReplaced,
    /// <summary>All new files have their names.</summary>
    AllPlaced,
}
