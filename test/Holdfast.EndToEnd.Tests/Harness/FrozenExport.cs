using System.Xml.Linq;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>Reads what a running backup job exports, with libnbd's own tools.</summary>
public static class FrozenExport
{
    /// <summary>Copies every exported disk to a raw file; the files by target.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> CopyAsync(Host host, Guest guest)
    {
        var folder = host.NewFolder("frozen");
        var job = XElement.Parse(await guest.Libvirt.VirshAsync("backup-dumpxml", guest.Name).ConfigureAwait(false));
        var socket = job.Element("server")!.Attribute("socket")!.Value;
        var copies = new Dictionary<string, string>();
        foreach (var disk in job.Descendants("disk").Where(d => d.Attribute("backup")?.Value != "no"))
        {
            var target = disk.Attribute("name")!.Value;
            var export = disk.Attribute("exportname")?.Value ?? target;
            var copy = Path.Combine(folder, target + ".raw");
            await Tool.RunAsync("nbdcopy", $"nbd+unix:///{export}?socket={socket}", copy).ConfigureAwait(false);
            copies[target] = copy;
        }

        return copies;
    }

    /// <summary>What a shut-off VM's image reads as, by qemu-img.</summary>
    public static async Task<string> ReadImageAsync(Host host, GuestDisk disk)
    {
        var copy = Path.Combine(host.NewFolder("read"), disk.Target + ".raw");
        await Tool.RunAsync("qemu-img", "convert", "-U", "-f", disk.Format, "-O", "raw", disk.Path, copy).ConfigureAwait(false);
        return copy;
    }
}
