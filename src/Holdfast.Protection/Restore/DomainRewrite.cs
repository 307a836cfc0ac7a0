using System.Xml.Linq;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Restore;

/// <summary>
/// Makes the XML of a new VM from a saved one. Pure. INV-R6: nothing of the host that the saved VM writes to, listens on or holds
/// alone is named by the new XML: such a resource gets a path of its own, or is dropped and reported.
/// </summary>
public static partial class DomainRewrite
{
    /// <summary>Rewrites <paramref name="saved"/>, which isn't changed.</summary>
    /// <exception cref="Faults.FaultException">The VM has state that can't be restored (of a TPM, at a place that the XML names).</exception>
    public static RewrittenDomain AsNew(DomainXml saved, RewriteRequest request)
    {
        ArgumentNullException.ThrowIfNull(saved);
        ArgumentNullException.ThrowIfNull(request);
        var root = new XElement(saved.Root);
        var notes = new RewriteNotes();

        root.SetAttributeValue("id", null);
        root.SetElementValue("name", request.NewName);
        root.SetElementValue("uuid", request.NewUuid.ToString("D"));
        // A clone has to look restored to the guest's own software (VM generation ID).
        if (root.Element("genid") is { } generation)
            generation.Value = request.NewGenerationId.ToString("D");
        RewriteFirmware(root, request, notes);
        RewriteSecurity(root);
        RewriteQemuNamespace(root, notes);
        foreach (var sysinfo in root.Elements("sysinfo").Elements("system").Elements("entry").Where(e => (string?)e.Attribute("name") == "uuid").ToList())
            sysinfo.Value = request.NewUuid.ToString("D");

        if (root.Element("devices") is { } devices)
        {
            foreach (var device in devices.Elements().ToList())
                RewriteDevice(device, request, notes);
            // Whoever names a network wants the VM on it.
            if (request.Network is not null && !devices.Elements("interface").Any())
                AddInterface(devices, request);
        }

        foreach (var alias in root.Descendants("alias").Where(IsLibvirtsOwnAlias).ToList())
            alias.Remove();
        return new RewrittenDomain(root, notes);
    }

    /// <summary>The path that a file of the saved VM (a log, a console's output) has for the new one; different paths stay different.</summary>
    public static string MovedPath(string path, string newName) =>
        Path.Combine(Path.GetDirectoryName(path) ?? "/", newName + "-" + Path.GetFileName(path));

    private static void RewriteFirmware(XElement root, RewriteRequest request, RewriteNotes notes)
    {
        if (root.Element("os")?.Element("nvram") is not { } nvram)
            return;
        nvram.Element("source")?.Remove();
        nvram.Element("backingStore")?.Remove();
        foreach (var name in (string[])["type", "format"])
            nvram.Attribute(name)?.Remove();
        if (request.NvramPath is null)
        {
            nvram.Value = "";
            return;
        }

        nvram.Value = request.NvramPath;
        if (request.NvramFormat is { } format && format != "raw")
            nvram.SetAttributeValue("format", format);
        if (!request.HasNvramContent)
            notes.NvramMissing = true;
    }

    // A dynamic label belongs to one running VM; libvirt generates another.
    private static void RewriteSecurity(XElement root)
    {
        foreach (var label in root.Elements("seclabel").Where(l => (string?)l.Attribute("type") != "static").ToList())
        {
            label.Element("label")?.Remove();
            label.Element("imagelabel")?.Remove();
        }
    }

    // Arguments handed to QEMU behind libvirt's back may name any file: those that look like it are dropped, with all that belong to them.
    private static void RewriteQemuNamespace(XElement root, RewriteNotes notes)
    {
        foreach (var extra in root.Elements().Where(e => e.Name.Namespace != XNamespace.None).ToList())
        {
            var namesPath = extra.DescendantsAndSelf().SelectMany(e => e.Attributes()).Any(a => !a.IsNamespaceDeclaration && a.Value.Contains('/'));
            if (!namesPath)
                continue;
            extra.Remove();
            notes.LeftOut.Add("qemu:" + extra.Name.LocalName);
        }
    }

    private static void RewriteDevice(XElement device, RewriteRequest request, RewriteNotes notes)
    {
        switch (device.Name.LocalName)
        {
            case "disk":
                RewriteDisk(device, request, notes);
                break;
            case "interface":
                RewriteInterface(device, request, notes);
                break;
            case "serial" or "parallel" or "console" or "channel":
                RewriteCharacterDevice(device, request, notes);
                break;
            case "graphics":
                RewriteGraphics(device);
                break;
            case "tpm":
                RewriteTpm(device, request, notes);
                break;
            case "filesystem" or "shmem" or "pstore":
                Drop(device, Describe(device), notes);
                break;
            case "memory" when device.Element("source")?.Element("path") is not null:
                Drop(device, Describe(device), notes);
                break;
            case "redirdev" or "smartcard" when (string?)device.Attribute("type") is "unix" or "tcp" or "dev" or "file" or "pipe" or "passthrough":
                Drop(device, Describe(device), notes);
                break;
            case "rng" when (string?)device.Element("backend")?.Attribute("model") == "egd":
                Drop(device, Describe(device), notes);
                break;
            case "input" when (string?)device.Attribute("type") is "passthrough" or "evdev":
                Drop(device, Describe(device), notes);
                break;
            case "vsock":
                RewriteVsock(device);
                break;
            case "audio" when (string?)device.Attribute("type") == "file":
                device.SetAttributeValue("type", "none");
                device.Attribute("path")?.Remove();
                break;
            // A disk or a controller of the host's: the original's data.
            case "hostdev" when (string?)device.Attribute("type") is "scsi" or "scsi_host":
                Drop(device, Describe(device), notes);
                break;
            case "hostdev":
                notes.Shared.Add(Describe(device));
                break;
        }
    }

    private static void Drop(XElement device, string description, RewriteNotes notes)
    {
        device.Remove();
        notes.LeftOut.Add(description);
    }

    private static string Describe(XElement device)
    {
        var target = device.Element("target");
        var name = (string?)target?.Attribute("dev") ?? (string?)target?.Attribute("dir") ?? (string?)target?.Attribute("name")
            ?? (string?)device.Attribute("name") ?? (string?)device.Attribute("type") ?? (string?)device.Attribute("model");
        return name is null ? device.Name.LocalName : $"{device.Name.LocalName} {name}";
    }

    private static bool IsLibvirtsOwnAlias(XElement alias) =>
        alias.Parent?.Name.LocalName is not "commandline" && (string?)alias.Attribute("name") is { } name && !name.StartsWith("ua-", StringComparison.Ordinal);
}
