using System.Xml.Linq;

namespace Holdfast.Libvirt;

/// <summary>A backup job: to begin one (pull mode over a Unix socket only), or read from libvirt (any kind, also another tool's).</summary>
public sealed record BackupXml
{
    /// <summary>The NBD server runs in QEMU and the disks are read from it; else QEMU itself writes them somewhere.</summary>
    public bool IsPull { get; init; } = true;

    /// <summary>The NBD server's Unix socket; null for another transport (never begun by us: NBD isn't opened on plain TCP).</summary>
    public string? SocketPath { get; init; }

    /// <summary>The checkpoint since which changes are marked, for all disks that don't say otherwise; null for full.</summary>
    public string? IncrementalCheckpoint { get; init; }

    /// <summary>The disks. Disks left out aren't part of the job: libvirt would include them by default, so name every disk.</summary>
    public required IReadOnlyList<BackupDiskXml> Disks { get; init; }

    /// <summary>Reads a <c>domainbackup</c> document.</summary>
    /// <param name="xml">What libvirt wrote.</param>
    public static BackupXml Parse(string xml)
    {
        var root = SafeXml.Parse(xml, "domainbackup");
        var server = root.Element("server");
        return new BackupXml
        {
            IsPull = (string?)root.Attribute("mode") == "pull",
            SocketPath = (string?)server?.Attribute("transport") == "unix" ? (string?)server?.Attribute("socket") : null,
            IncrementalCheckpoint = (string?)root.Element("incremental"),
            Disks = [.. (root.Element("disks")?.Elements("disk") ?? []).Select(ReadDisk)],
        };
    }

    /// <summary>The <c>domainbackup</c> document.</summary>
    public string ToXml()
    {
        if (!IsPull || SocketPath is null)
        {
            throw new InvalidOperationException("Only pull jobs over a Unix socket are begun.");
        }

        return new XElement(
            "domainbackup",
            new XAttribute("mode", "pull"),
            IncrementalCheckpoint is null ? null : new XElement("incremental", IncrementalCheckpoint),
            new XElement("server", new XAttribute("transport", "unix"), new XAttribute("socket", SocketPath)),
            new XElement("disks", Disks.Select(WriteDisk))).ToString();
    }

    private static BackupDiskXml ReadDisk(XElement disk) => new()
    {
        Target = (string?)disk.Attribute("name") ?? "",
        IsIncluded = (string?)disk.Attribute("backup") != "no",
        Mode = (string?)disk.Attribute("backupmode") switch
        {
            "full" => BackupDiskMode.Full,
            "incremental" => BackupDiskMode.Incremental,
            _ => null,
        },
        IncrementalCheckpoint = (string?)disk.Attribute("incremental"),
        ExportName = (string?)disk.Attribute("exportname"),
        ExportBitmap = (string?)disk.Attribute("exportbitmap"),
        ScratchPath = (string?)disk.Element("scratch")?.Attribute("file"),
    };

    private static XElement WriteDisk(BackupDiskXml disk)
    {
        if (!disk.IsIncluded)
        {
            return new XElement("disk", new XAttribute("name", disk.Target), new XAttribute("backup", "no"));
        }

        return new XElement(
            "disk",
            new XAttribute("name", disk.Target),
            new XAttribute("backup", "yes"),
            new XAttribute("type", "file"),
            disk.Mode is { } mode ? new XAttribute("backupmode", mode is BackupDiskMode.Full ? "full" : "incremental") : null,
            Optional("incremental", disk.IncrementalCheckpoint),
            Optional("exportname", disk.ExportName),
            Optional("exportbitmap", disk.ExportBitmap),
            disk.ScratchPath is null ? null : new XElement(
                "scratch", new XAttribute("file", disk.ScratchPath), disk.ScratchSecret is { } secret ? LuksXml.Of(secret) : null));
    }

    private static XAttribute? Optional(string name, string? value) => value is null ? null : new XAttribute(name, value);
}
