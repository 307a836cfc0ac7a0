using System.Xml.Linq;
using Holdfast.Faults;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Restore;

public static partial class DomainRewrite
{
    private static void RewriteDisk(XElement disk, RewriteRequest request, RewriteNotes notes)
    {
        var target = (string?)disk.Element("target")?.Attribute("dev") ?? "";
        if (request.Images.TryGetValue(target, out var image))
        {
            SetImage(disk, image.Path, image.Format, image.IsEncrypted);
            return;
        }

        var isRemovable = (string?)disk.Attribute("device") is "cdrom" or "floppy";
        if (isRemovable)
            KeepOrEject(disk, target, request, notes);
        else if (CanShare(disk, request))
            notes.Shared.Add($"disk {target}");
        else
        {
            disk.Remove();
            notes.DisksNotRestored.Add(target);
        }
    }

    /// <summary>Points a disk at an image file of its own; everything that described the image before goes.</summary>
    internal static void SetImage(XElement disk, string path, string format, bool isEncrypted)
    {
        var encryption = isEncrypted ? disk.Element("source")?.Element("encryption") ?? disk.Element("encryption") : null;
        disk.SetAttributeValue("type", "file");
        if ((string?)disk.Attribute("device") == "lun")
            disk.SetAttributeValue("device", "disk");
        foreach (var name in (string[])["sgio", "rawio", "snapshot"])
            disk.Attribute(name)?.Remove();
        foreach (var name in (string[])["backingStore", "mirror", "auth", "encryption"])
            disk.Elements(name).Remove();

        var startup = (string?)disk.Element("source")?.Attribute("startupPolicy");
        var source = new XElement("source", new XAttribute("file", path));
        if (startup is not null)
            source.SetAttributeValue("startupPolicy", startup);
        if (encryption is not null)
            source.Add(new XElement(encryption));
        if (disk.Element("source") is { } old)
            old.ReplaceWith(source);
        else
            disk.AddFirst(source);

        var driver = disk.Element("driver");
        if (driver is null)
            disk.AddFirst(driver = new XElement("driver", new XAttribute("name", "qemu")));
        driver.SetAttributeValue("type", format);
        if (format != "qcow2")
            driver.Element("metadata_cache")?.Remove();
    }

    // Media may be read by two VMs at a time, written by neither.
    private static void KeepOrEject(XElement drive, string target, RewriteRequest request, RewriteNotes notes)
    {
        drive.Elements("backingStore").Remove();
        drive.Elements("mirror").Remove();
        var source = drive.Element("source");
        if (source is null)
            return;
        source.Attribute("index")?.Remove();
        source.Elements("seclabel").Remove();
        var path = (string?)source.Attribute("file");
        if ((string?)drive.Attribute("type") is null or "file" && path is not null && request.FileExists(path))
        {
            if (drive.Element("readonly") is null)
                drive.Element("target")!.AddAfterSelf(new XElement("readonly"));
            return;
        }

        source.Remove();
        drive.SetAttributeValue("type", "file");
        notes.MediaEjected.Add(target);
    }

    // Only what nobody writes to, and what is still there. Shareable alone isn't enough: the copy is an older twin of what writes there with others.
    private static bool CanShare(XElement disk, RewriteRequest request)
    {
        if (disk.Element("readonly") is null)
            return false;
        var source = disk.Element("source");
        var path = (string?)source?.Attribute("file") ?? (string?)source?.Attribute("dev");
        if (source is null || path is null || !request.FileExists(path))
            return false;
        disk.Elements("backingStore").Remove();
        disk.Elements("mirror").Remove();
        source.Attribute("index")?.Remove();
        source.Elements("seclabel").Remove();
        return true;
    }

    private static void RewriteInterface(XElement nic, RewriteRequest request, RewriteNotes notes)
    {
        var type = (string?)nic.Attribute("type");
        if (request.Network is null && type is "vhostuser" or "vdpa")
        {
            Drop(nic, Describe(nic), notes);
            return;
        }

        var mac = nic.Element("mac");
        if (mac is null)
            nic.AddFirst(mac = new XElement("mac"));
        mac.SetAttributeValue("address", request.NextMac());
        mac.Attribute("type")?.Remove();
        mac.Attribute("check")?.Remove();
        // libvirt chooses the host's device at each start; macvtap's and vnet's names are taken by the other VM.
        if (type != "ethernet" || (string?)nic.Element("target")?.Attribute("managed") != "no")
            nic.Elements("target").Remove();
        nic.Elements("source").Attributes("portid").Remove();

        nic.Element("backend")?.Attribute("logFile")?.Remove();
        nic.Elements("actual").Remove();
        if (type == "hostdev" && request.Network is null)
            notes.Shared.Add(Describe(nic));
        if (request.Network is not { } network)
            return;

        nic.SetAttributeValue("type", "network");
        nic.SetAttributeValue("managed", null);
        foreach (var name in (string[])["source", "virtualport", "vlan", "ip", "route", "guest", "script", "downscript", "backend", "portForward"])
            nic.Elements(name).Remove();
        nic.Element("mac")!.AddAfterSelf(SourceOf(network, request));
    }

    // Without an address: libvirt looks for a slot. The model is one that the guest surely has a driver for: virtio where it has virtio disks, else libvirt's choice.
    private static void AddInterface(XElement devices, RewriteRequest request)
    {
        var hasVirtio = devices.Elements("disk").Any(d => (string?)d.Element("target")?.Attribute("bus") == "virtio");
        devices.Add(new XElement(
            "interface", new XAttribute("type", "network"), new XElement("mac", new XAttribute("address", request.NextMac())),
            SourceOf(request.Network!, request), hasVirtio ? new XElement("model", new XAttribute("type", "virtio")) : null));
    }

    private static XElement SourceOf(string network, RewriteRequest request) => new(
        "source", new XAttribute("network", network), request.PortGroup is { } group ? new XAttribute("portgroup", group) : null);

    private static void RewriteCharacterDevice(XElement device, RewriteRequest request, RewriteNotes notes)
    {
        foreach (var log in device.Elements("log").Attributes("file"))
            notes.LogFiles.Add(log.Value = MovedPath(log.Value, request.NewName));
        device.Attribute("tty")?.Remove();
        device.Element("target")?.Attribute("state")?.Remove();

        var isVirtioChannel = device.Name.LocalName == "channel" && (string?)device.Element("target")?.Attribute("type") == "virtio";
        switch ((string?)device.Attribute("type"))
        {
            case "pty":
                device.Elements("source").Remove();
                break;
            case "unix" when isVirtioChannel:
                // libvirt makes a socket of the VM's own; a path kept would be the other VM's.
                device.Elements("source").Remove();
                break;
            case "file":
                foreach (var file in device.Elements("source").Attributes("path"))
                    notes.LogFiles.Add(file.Value = MovedPath(file.Value, request.NewName));
                device.Elements("source").Elements("seclabel").Remove();
                break;
            case "unix" or "pipe" or "dev" or "tcp" or "udp" or "nmdm" or "dbus":
                notes.Replaced.Add(Describe(device));
                device.SetAttributeValue("type", device.Name.LocalName == "parallel" ? "null" : "pty");
                device.Elements("source").Remove();
                device.Elements("protocol").Remove();
                break;
        }
    }

    private static void RewriteGraphics(XElement graphics)
    {
        // A fixed port or socket is the other VM's while it runs.
        foreach (var name in (string[])["port", "tlsPort", "websocket", "websocketGenerated", "socket", "wayland", "p2p"])
            graphics.Attribute(name)?.Remove();
        if ((string?)graphics.Attribute("type") is "vnc" or "spice" or "rdp")
            graphics.SetAttributeValue("autoport", "yes");
        if ((string?)graphics.Attribute("type") == "vnc")
            graphics.SetAttributeValue("port", "-1");
        if ((string?)graphics.Attribute("type") == "dbus" && graphics.Attribute("address") is { } address)
            address.Remove();
        foreach (var listen in graphics.Elements("listen").Where(l => (string?)l.Attribute("type") == "socket"))
        {
            // libvirt generates a path of the VM's own; with a fixed socket there was no port.
            listen.Attribute("socket")?.Remove();
            graphics.Attribute("port")?.Remove();
            graphics.Attribute("autoport")?.Remove();
        }
    }

    private static void RewriteTpm(XElement tpm, RewriteRequest request, RewriteNotes notes)
    {
        // Its state lies in a folder of the new UUID, which libvirt finds by itself; one that the definition names is the other VM's.
        var device = new DomainTpm(tpm);
        if (device is { IsEmulated: true, HasOwnStatePlace: true })
            throw new FaultException(RestoreFaults.TpmStateNotRestorable(request.NewName, "its definition names the place of its state"));
        if (device.IsEmulated)
            return;
        // A host's TPM serves one VM; an external one's socket is the other VM's.
        Drop(tpm, Describe(tpm), notes);
    }

    private static void RewriteVsock(XElement vsock)
    {
        if (vsock.Element("cid") is not { } cid)
            return;
        cid.SetAttributeValue("auto", "yes");
        cid.Attribute("address")?.Remove();
    }
}
