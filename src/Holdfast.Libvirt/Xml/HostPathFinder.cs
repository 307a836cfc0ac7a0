using System.Xml.Linq;

namespace Holdfast.Libvirt;

/// <summary>INV-8: finds every path on the host in a domain's XML: whatever value begins with a slash, in known places or not.</summary>
internal static class HostPathFinder
{
    internal static List<HostPath> Find(XElement domain)
    {
        var found = new List<HostPath>();
        foreach (var element in domain.Descendants().Where(IsOfInterest))
        {
            foreach (var attribute in element.Attributes().Where(a => a.Value.StartsWith('/') && !NamesNoHostPath(element, a)))
            {
                found.Add(new HostPath(element, attribute, RoleOf(element, attribute)));
            }

            if (!element.HasElements && element.Value.TrimStart().StartsWith('/') && element.Name.LocalName is not ("cmdline" or "entry" or "name"))
            {
                found.Add(new HostPath(element, null, RoleOf(element, null)));
            }
        }

        return found;
    }

    // Other namespaces (qemu:commandline and the like) and free texts aren't libvirt's to interpret.
    private static bool IsOfInterest(XElement element) => element.Name.Namespace == XNamespace.None
        && !element.AncestorsAndSelf().Any(e => e.Name.LocalName is "metadata" or "description" or "title" || e.Name.Namespace != XNamespace.None);

    // A file system's target is a name in the guest; a network source's name and query belong to its server; a tty repeats the source.
    private static bool NamesNoHostPath(XElement element, XAttribute attribute) => attribute.Name.LocalName is "name" or "query" or "tty"
        || (element.Name == "target" && element.Parent?.Name == "filesystem");

    private static HostPathRole RoleOf(XElement element, XAttribute? attribute)
    {
        if (element.Name == "nvram" && attribute?.Name == "template")
        {
            return HostPathRole.NvramTemplate;
        }

        foreach (var scope in element.AncestorsAndSelf())
        {
            var role = scope.Name.LocalName switch
            {
                "reservations" or "host" => HostPathRole.DiskService,
                "log" => HostPathRole.CharacterLog,
                "dataStore" => HostPathRole.DataFile,
                "mirror" => HostPathRole.MirrorImage,
                "backingStore" => HostPathRole.BackingImage,
                "disk" => RoleOfDisk(scope),
                "loader" => HostPathRole.Loader,
                "nvram" => HostPathRole.Nvram,
                "kernel" => HostPathRole.Kernel,
                "initrd" => HostPathRole.Initrd,
                "dtb" => HostPathRole.DeviceTree,
                "acpi" => HostPathRole.AcpiTable,
                "sysinfo" => HostPathRole.FirmwareConfig,
                "emulator" => HostPathRole.Emulator,
                "serial" or "console" or "parallel" or "redirdev" or "smartcard" => IsPty(scope) ? HostPathRole.Pty : HostPathRole.CharacterDevice,
                "channel" => IsPty(scope) ? HostPathRole.Pty : HostPathRole.ChannelSocket,
                "graphics" or "video" or "audio" => HostPathRole.GraphicsSocket,
                "filesystem" => HostPathRole.Filesystem,
                "shmem" => HostPathRole.SharedMemory,
                "memory" or "memoryBacking" => HostPathRole.Memory,
                "tpm" => HostPathRole.Tpm,
                "rng" => HostPathRole.Random,
                "interface" => element.Name == "script" || element.Name == "downscript" ? HostPathRole.NetworkScript : HostPathRole.NetworkDevice,
                "hostdev" => HostPathRole.HostDevice,
                "input" => HostPathRole.Input,
                "pstore" => HostPathRole.Pstore,
                _ => (HostPathRole?)null,
            };
            if (role is { } known)
            {
                return known;
            }
        }

        return HostPathRole.Other;
    }

    private static HostPathRole RoleOfDisk(XElement disk) => (string?)disk.Attribute("device") is "cdrom" or "floppy"
        ? HostPathRole.RemovableMedium
        : (string?)disk.Attribute("type") == "vhostuser" ? HostPathRole.DiskService : HostPathRole.DiskImage;

    private static bool IsPty(XElement device) => (string?)device.Attribute("type") == "pty";
}
