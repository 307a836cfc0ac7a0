using Holdfast.Protection.Node;

namespace Holdfast.Protection.Restore;

/// <summary>
/// Says that a VM was restored in place since its last backup: its bitmaps are gone with its old images, and the next backup, which
/// reads everything, says why. A backup of the running VM clears it, as it begins a chain anew; one of the VM that is off doesn't.
/// </summary>
public static class InPlaceMark
{
    /// <summary>Leaves the mark.</summary>
    public static void Set(NodePaths paths, Guid vm, string point)
    {
        ArgumentNullException.ThrowIfNull(paths);
        PrivateFolder.Create(paths.State, "restored-in-place");
        HostFile.WriteDurably(PathOf(paths, vm), System.Text.Encoding.UTF8.GetBytes(point));
    }

    /// <summary>Whether the mark is there.</summary>
    public static bool IsSet(NodePaths paths, Guid vm) => File.Exists(PathOf(paths, vm));

    /// <summary>Takes the mark away.</summary>
    public static void Clear(NodePaths paths, Guid vm)
    {
        if (IsSet(paths, vm))
            HostFile.Delete(PathOf(paths, vm));
    }

    private static string PathOf(NodePaths paths, Guid vm)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Path.Combine(paths.State, "restored-in-place", vm.ToString("N"));
    }
}
