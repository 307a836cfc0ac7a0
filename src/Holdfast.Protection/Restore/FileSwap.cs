using System.Globalization;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Restore;

/// <summary>
/// Moves a journal's files: the part of a restore that has to be all or nothing. Works on files only and knows no VM.
/// </summary>
/// <remarks>
/// INV-R5: all old files are moved aside before the first new one is placed. So at no instant do a VM's paths name a mixture of old
/// and new images: a start in between fails for a missing file. Every step can be repeated, in both directions, after a crash anywhere.
/// A VM doesn't start without an image, but without firmware variables or TPM state it does, and makes new ones: items have the images first, which are
/// moved away first and come last. What a start makes of these meanwhile gets a name of its own.
/// A file that can't be seen may be in a file system that isn't mounted: the first step after a crash, in either direction, comes when every file is
/// accounted for.
/// </remarks>
public static class FileSwap
{
    /// <summary>Puts all new files in place, wherever that was cut off; the old ones stay beside them.</summary>
    /// <exception cref="IOException">A file isn't where it must be, and nothing was touched; or one couldn't be moved.</exception>
    public static async Task PlaceAsync(IReadOnlyList<RestoreItem> items, EffectGate effects)
    {
        RequirePlaceable(items);
        await MoveOldAsync(items, effects).ConfigureAwait(false);
        MakeWay(items);
        await PlaceNewAsync(items, effects).ConfigureAwait(false);
    }

    /// <summary>The first half: all old files are moved aside.</summary>
    public static async Task MoveOldAsync(IReadOnlyList<RestoreItem> items, EffectGate effects)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(effects);
        foreach (var item in items)
        {
            if (item.OldPath is { } aside && File.Exists(item.NewPath) && HasOld(item) && (!File.Exists(aside) || HostFile.AreOne(item.Path, aside)))
                await effects.RunAsync(Effect.MoveOldImage, () => Run(() => HostFile.Move(item.Path, aside))).ConfigureAwait(false);
        }
    }

    /// <summary>Between the halves of a restore in place: what a start of the VM, which failed for its images, made under names of its own files.</summary>
    public static void MakeWay(IReadOnlyList<RestoreItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        foreach (var item in items)
        {
            if (item.IsMadeAtStart && File.Exists(item.NewPath) && !HostFile.AreOne(item.Path, item.NewPath))
                SetAside(item.Path);
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
    /// <exception cref="IOException">A file couldn't be moved: somebody else's has its name. It stays beside it, and all others are back.</exception>
    public static void Undo(IReadOnlyList<RestoreItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        foreach (var item in items)
        {
            // Only a file that is known to be ours is deleted: the name may have been taken by somebody else.
            if (IsFile(item.Path, item.New))
                HostFile.Delete(item.Path);
        }

        Exception? failure = null;
        foreach (var item in items.Reverse())
        {
            try
            {
                PutBack(item);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failure ??= e;
            }
        }

        if (failure is not null)
            throw new IOException(failure.Message, failure);
    }

    /// <summary>Before an undo of a restore in place: sees that every old file is there, so that none is left out.</summary>
    /// <exception cref="IOException">One isn't.</exception>
    public static void RequireUndoable(IReadOnlyList<RestoreItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        foreach (var item in items)
        {
            RequireFolder(item);
            if (item.OldPath is null || item.IsMadeAtStart || File.Exists(item.OldPath))
                continue;
            // Whoever has replaced it since has what he wants there; where the journal isn't sealed, nothing was moved yet.
            var isThere = File.Exists(item.Path) ? !IsFile(item.Path, item.New) : item.New is null && File.Exists(item.NewPath);
            if (!isThere)
                throw new IOException($"the old file of {item.Path} isn't there; is its file system mounted?");
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
        if (items.Any(i => IsPlaced(i) || (i.OldPath is { } aside && File.Exists(aside))))
            return SwapProgress.UnderWay;
        return items.Any(OldChanged) ? SwapProgress.OldUsedSince : SwapProgress.NothingMoved;
    }

    private static void RequirePlaceable(IReadOnlyList<RestoreItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        foreach (var item in items)
        {
            RequireFolder(item);
            if (!IsFile(item.NewPath, item.New) && !IsPlaced(item))
                throw new IOException($"the restored file of {item.Path} isn't there; is its file system mounted?");
            if (item.IsMadeAtStart)
                continue;
            if (item is { OldPath: { } aside, Old: not null } && !HasOld(item) && !IsFile(aside, item.Old))
                throw new IOException($"the old file of {item.Path} isn't there");
            if (File.Exists(item.Path) && !HasOld(item) && !IsFile(item.Path, item.New))
                throw new IOException($"another file has the name {item.Path}");
        }
    }

    private static void RequireFolder(RestoreItem item)
    {
        var folder = Path.GetDirectoryName(item.Path)!;
        if (item.Folder is not null && !IsFile(folder, item.Folder))
            throw new IOException($"the folder {folder} isn't the one that it was; is its file system mounted?");
    }

    private static void PutBack(RestoreItem item)
    {
        if (item.OldPath is { } aside && File.Exists(aside))
        {
            if (item.IsMadeAtStart && !HostFile.AreOne(item.Path, aside))
                SetAside(item.Path);
            HostFile.Move(aside, item.Path);
        }

        HostFile.Delete(item.NewPath);
    }

    // By its inode, so that the name is free.
    private static void SetAside(string path)
    {
        if (HostFile.Look(path) is { } stray)
            HostFile.Move(path, string.Create(CultureInfo.InvariantCulture, $"{path}.holdfast-stray-{stray.Inode}"));
    }

    private static bool IsFile(string path, FileStamp? known) =>
        known is { } file && HostFile.Look(path) is { } present && present.Stamp.IsSameFileAcrossBoots(file);

    // What a start makes anew is the VM's present one, too.
    private static bool HasOld(RestoreItem item) =>
        item.IsMadeAtStart ? File.Exists(item.Path) && !IsFile(item.Path, item.New) : IsFile(item.Path, item.Old);

    // A VM that was started on its new images may have replaced what a start makes.
    private static bool IsPlaced(RestoreItem item) => !File.Exists(item.NewPath)
        && (IsFile(item.Path, item.New) || (item.IsMadeAtStart && item.New is not null && File.Exists(item.Path) && !IsFile(item.Path, item.Old)));

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
    /// <summary>All new files have their names.</summary>
    AllPlaced,
}
