using System.Globalization;
using System.Xml.Linq;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Points;

namespace Holdfast.Protection.Restore;

/// <summary>A new VM as it will be: everything is decided and checked before the first file is made. Pure.</summary>
/// <param name="Root">Its XML.</param>
/// <param name="Uuid">Its UUID.</param>
/// <param name="Images">Target name to image.</param>
/// <param name="NvramPath">Where saved firmware variables go, or null.</param>
/// <param name="Warnings">What the user should know.</param>
public sealed record NewVmPlan(
    XElement Root, Guid Uuid, IReadOnlyDictionary<string, ImagePlace> Images, string? NvramPath, IReadOnlyList<Fault> Warnings)
{
    private const int NameLengthMax = 200;
    private const int MacTries = 1000;

    /// <summary>Makes the plan.</summary>
    /// <param name="point">The point.</param>
    /// <param name="saved">Its saved XML.</param>
    /// <param name="targets">The disks to restore.</param>
    /// <param name="options">What was asked.</param>
    /// <param name="facts">The host.</param>
    /// <exception cref="FaultException">Something that the new VM needs is taken or missing.</exception>
    public static NewVmPlan Make(
        RecoveryPoint point, DomainXml saved, IReadOnlyCollection<string> targets, RestoreAsNew options, NewVmFacts facts)
    {
        ArgumentNullException.ThrowIfNull(point);
        ArgumentNullException.ThrowIfNull(saved);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(facts);
        CheckName(options.NewName, facts);

        var images = targets.ToDictionary(t => t, t => PlaceOf(point, t, options, facts), StringComparer.Ordinal);
        var hasNvram = point.Details.NvramAttachment is not null;
        var nvram = saved.Firmware.NvramPath is { } old ? NvramPlace(old, options.NewName, images, facts) : null;
        foreach (var path in images.Values.Select(i => i.Path).Append(nvram).OfType<string>())
        {
            if (facts.FileExists(path))
                throw new FaultException(RestoreFaults.DiskFileExists(path));
        }

        var uuid = Guid.NewGuid();
        var rewritten = DomainRewrite.AsNew(saved, new RewriteRequest
        {
            NewName = options.NewName,
            NewUuid = uuid,
            Images = images,
            NvramPath = nvram,
            NvramFormat = (string?)saved.Root.Element("os")?.Element("nvram")?.Attribute("format"),
            HasNvramContent = hasNvram,
            Network = options.Network,
            PortGroup = options.Subnet,
            NextMac = MacSource(saved, facts),
            FileExists = facts.FileExists,
        });
        // Plugged in while the VM ran and not in its definition: its image is restored, and for the user to attach.
        foreach (var target in targets.Where(t => saved.FindDisk(t) is null))
            rewritten.Notes.LeftOut.Add($"disk {target}");
        foreach (var log in rewritten.Notes.LogFiles.Where(facts.FileExists))
            throw new FaultException(RestoreFaults.LogFileTaken(log));

        // The saved VM counts as existing even where it is gone: its disks may still be wanted.
        var result = DomainXml.Read(rewritten.Root);
        var shared = PathWalk.SharedPaths(result, facts.Domains.Append(saved));
        if (shared.Count > 0)
            throw new FaultException(RestoreFaults.DiskFileExists(string.Join(", ", shared)));
        return new NewVmPlan(rewritten.Root, uuid, images, hasNvram ? nvram : null, rewritten.Notes.ToWarnings(options.NewName));
    }

    private static void CheckName(string name, NewVmFacts facts)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > NameLengthMax || name is "." or ".." || name.Trim() != name
            || name.Any(c => c == '/' || char.IsControl(c)))
            throw new FaultException(InputFaults.InvalidArgument("--as", $"'{name}' can't be the name of a VM"));
        if (facts.Domains.Any(d => d.Name == name))
            throw new FaultException(RestoreFaults.VmNameTaken(name));
    }

    private static ImagePlace PlaceOf(RecoveryPoint point, string target, RestoreAsNew options, NewVmFacts facts)
    {
        var details = point.Details.Disks.FirstOrDefault(d => d.Target == target);
        var format = details?.Format == "raw" ? "raw" : "qcow2";
        var folder = facts.Folder;
        if (folder is null)
        {
            // A block device's folder (/dev/vg) is no place for files.
            var own = Path.GetDirectoryName(details?.SourcePath ?? "");
            var usable = !string.IsNullOrEmpty(own) && !own.StartsWith("/dev", StringComparison.Ordinal) && facts.FolderExists(own);
            folder = usable ? own! : facts.DefaultFolder;
        }

        if (!facts.FolderExists(folder))
            throw new FaultException(RestoreFaults.TargetFolderNotFound(folder));
        return new ImagePlace(
            Path.Combine(folder, $"{options.NewName}-{target}.{format}"), format, details is { IsEncrypted: true } && !options.Decrypt);
    }

    private static string NvramPlace(string saved, string name, Dictionary<string, ImagePlace> images, NewVmFacts facts)
    {
        var own = Path.GetDirectoryName(saved);
        var folder = !string.IsNullOrEmpty(own) && facts.FolderExists(own) ? own
            : images.Values.Select(i => Path.GetDirectoryName(i.Path)).FirstOrDefault() ?? facts.DefaultFolder;
        return Path.Combine(folder, name + "_VARS" + Path.GetExtension(saved));
    }

    private static Func<string> MacSource(DomainXml saved, NewVmFacts facts)
    {
        var taken = facts.Domains.Append(saved).SelectMany(d => d.Interfaces).Select(i => i.Mac).OfType<string>()
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return () =>
        {
            for (var i = 0; i < MacTries; i++)
            {
                var b = facts.RandomBytes(3);
                var mac = string.Create(CultureInfo.InvariantCulture, $"52:54:00:{b[0]:x2}:{b[1]:x2}:{b[2]:x2}");
                if (taken.Add(mac))
                    return mac;
            }

            throw new InvalidOperationException("No free MAC address was found.");
        };
    }
}
