using System.Xml.Linq;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Restore;

/// <summary>
/// The check after a rewrite, on its own feet: it walks every path that the finished XML names, knowing nothing of how it was made,
/// and finds those that an existing domain names too (INV-R6).
/// </summary>
public static class PathWalk
{
    /// <summary>Paths of <paramref name="created"/> that one of <paramref name="existing"/> names and that mustn't be shared.</summary>
    public static IReadOnlyList<string> SharedPaths(DomainXml created, IEnumerable<DomainXml> existing)
    {
        ArgumentNullException.ThrowIfNull(created);
        ArgumentNullException.ThrowIfNull(existing);
        var taken = existing.SelectMany(d => d.HostPaths).Where(p => !MayShare(p)).Select(p => Normal(p.Path)).ToHashSet(StringComparer.Ordinal);
        return [.. created.HostPaths.Where(p => !MayShare(p) && taken.Contains(Normal(p.Path))).Select(p => p.Path).Distinct()];
    }

    // What VMs only read, and devices of the host that any number of them may open or that are named to the user.
    private static bool MayShare(HostPath path) => path.Role switch
    {
        HostPathRole.Loader or HostPathRole.NvramTemplate or HostPathRole.Kernel or HostPathRole.Initrd or HostPathRole.DeviceTree
            or HostPathRole.AcpiTable or HostPathRole.FirmwareConfig or HostPathRole.Emulator or HostPathRole.Random
            or HostPathRole.NetworkScript or HostPathRole.HostDevice => true,
        HostPathRole.NetworkDevice or HostPathRole.GraphicsSocket => path.Path.StartsWith("/dev/", StringComparison.Ordinal),
        HostPathRole.DiskImage or HostPathRole.RemovableMedium or HostPathRole.BackingImage => IsReadOnly(path.Element),
        HostPathRole.Other => path.Element.AncestorsAndSelf("resource").Any(),
        _ => false,
    };

    private static bool IsReadOnly(XElement element) => element.AncestorsAndSelf("disk").FirstOrDefault() is { } disk
        && (disk.Element("readonly") is not null || element.AncestorsAndSelf("backingStore").Any());

    private static string Normal(string path) => Path.GetFullPath(path);
}
