using System.Text.Json;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Restore;

/// <summary>Which files of a host its domains use: those that they name, and those that the images of other VMs stand on.</summary>
/// <remarks>The definition of a VM that is off says nothing of its images' chains: a linked clone's base is told by the clone's image alone.</remarks>
internal sealed class FileUsers
{
    private const int ChainMax = 200;
    private readonly List<FileUse> _uses = [];

    private FileUsers()
    {
    }

    /// <summary>Looks at all domains of a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="own">UUID of the VM that is restored, whose own chains don't matter.</param>
    /// <param name="ct">Cancels it.</param>
    public static async Task<FileUsers> ReadAsync(LibvirtConnection host, Guid own, CancellationToken ct)
    {
        var users = new FileUsers();
        var seen = new HashSet<(Guid?, string)>();
        foreach (var domain in HostDomains.Read(host))
        {
            users._uses.AddRange(UsesOf(host, domain));
            if (domain.Uuid == own)
                continue;
            foreach (var disk in domain.Disks)
            {
                if (host.ResolvePath(disk.Source) is { } path && seen.Add((domain.Uuid, path)))
                    users._uses.AddRange((await BelowAsync(path, disk.Format, ct).ConfigureAwait(false)).Select(b => new FileUse(domain, b, false, true, false)));
            }
        }

        return users;
    }

    /// <summary>The files that one domain names.</summary>
    public static IEnumerable<FileUse> UsesOf(LibvirtConnection host, DomainXml domain)
    {
        foreach (var path in domain.HostPaths)
        {
            var disk = path.Element.AncestorsAndSelf("disk").FirstOrDefault();
            var isImage = path.Role is HostPathRole.DiskImage or HostPathRole.RemovableMedium or HostPathRole.DataFile or HostPathRole.MirrorImage;
            var isReadOnly = disk?.Element("readonly") is not null || (string?)disk?.Attribute("device") == "cdrom";
            yield return new FileUse(
                domain, path.Path, path.Role is HostPathRole.Nvram || (isImage && !isReadOnly), path.Role is HostPathRole.BackingImage,
                disk?.Element("shareable") is not null);
        }

        foreach (var disk in domain.Disks.Where(d => d.Source.Kind is DiskSourceKind.Volume))
        {
            if (host.ResolvePath(disk.Source) is { } path)
                yield return new FileUse(domain, path, !disk.IsReadOnly, false, disk.IsShareable);
        }
    }

    /// <summary>Whether a VM names a file, otherwise than as a member of a chain.</summary>
    public bool IsNamedBy(Guid vm, string path) => _uses.Any(u => u.Domain.Uuid == vm && !u.IsBacking && AreOne(u.Path, path));

    /// <summary>Sees that the old files of a restore in place, and what the VM will write to, are its own.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="items">What is replaced.</param>
    /// <param name="writes">What a definition names that is put back: others may have been given it since.</param>
    /// <exception cref="FaultException">Another VM uses one.</exception>
    public void RequireNobodyElses(Guid vm, IEnumerable<RestoreItem> items, IEnumerable<FileUse> writes)
    {
        foreach (var item in items.Where(i => i.OldPath is not null))
        {
            if (ByOther(vm, item.Path) is { } other)
                throw InUse(item.Path, other);
        }

        foreach (var write in writes.Where(u => u.IsWritten))
        {
            if (Against(vm, write) is { } other)
                throw InUse(write.Path, other);
        }
    }

    /// <summary>A use of a file by another VM, or null.</summary>
    public FileUse? ByOther(Guid vm, string path) => _uses.FirstOrDefault(u => u.Domain.Uuid != vm && AreOne(u.Path, path));

    // What only reads an image that somebody writes to loses nothing; what stands on it does.
    private FileUse? Against(Guid vm, FileUse writer) => _uses.FirstOrDefault(u => u.Domain.Uuid != vm && (u.IsWritten || u.IsBacking)
        && !(u.IsShareable && writer.IsShareable) && AreOne(u.Path, writer.Path));

    private static FaultException InUse(string path, FileUse other) => new(BackupFaults.ImageInUse(
        path, other.IsBacking ? $"a disk of the VM {other.Domain.Name} stands on it" : $"the VM {other.Domain.Name} uses it too"));

    private static bool AreOne(string path, string other)
    {
        try
        {
            return path == other || HostFile.AreOne(path, other);
        }
        catch (IOException)
        {
            // Somebody else's, and nobody's to look at.
            return false;
        }
    }

    // Image by image: that one below can't be read may be why it is restored. What such an image names is known all the same. Formats that nobody recorded
    // aren't guessed, as libvirt doesn't.
    private static async Task<List<string>> BelowAsync(string image, string? format, CancellationToken ct)
    {
        var below = new List<string>();
        while (format is not (null or "raw") && below.Count < ChainMax)
        {
            // Shared: the VM may run. A json: name says its format itself.
            string[] known = image.StartsWith("json:", StringComparison.Ordinal) ? [] : ["-f", format];
            var (output, _, exitCode) = await QemuImg.RunAsync(["info", "--output=json", "--force-share", .. known, "--", image], ct).ConfigureAwait(false);
            if (exitCode != 0)
                break;
            using var document = JsonDocument.Parse(output);
            var info = document.RootElement;
            // A json: name of a plain file comes back as its path.
            if (below.Count > 0 && Text(info, "filename") is { } plain)
                below.Add(plain);
            if ((Text(info, "full-backing-filename") ?? Text(info, "backing-filename")) is not { } next)
                break;
            below.Add(next);
            (image, format) = (next, Text(info, "backing-filename-format"));
        }

        return below;
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}

/// <summary>That a domain uses a file.</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Path">The file.</param>
/// <param name="IsWritten">Whether it is one that the VM writes its data to: an image, or firmware variables.</param>
/// <param name="IsBacking">Whether it is a member of a chain below an image.</param>
/// <param name="IsShareable">Whether it is an image that the definition lets others write to, too.</param>
internal sealed record FileUse(DomainXml Domain, string Path, bool IsWritten, bool IsBacking, bool IsShareable);
