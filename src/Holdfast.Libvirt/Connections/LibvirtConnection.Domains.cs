using System.Globalization;
using System.Runtime.InteropServices;
using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    /// <summary>Lists domains.</summary>
    /// <param name="filter">Which.</param>
    public IReadOnlyList<Domain> ListDomains(DomainFilter filter = DomainFilter.All) =>
        NativeCall.TakeList(
            (out nint* items) => NativeLibvirt.virConnectListAllDomains(_handle, out items, (uint)filter),
            item => new Domain(new DomainHandle(item)),
            nameof(NativeLibvirt.virConnectListAllDomains));

    /// <summary>Looks a domain up by its name; NoDomain when there is none.</summary>
    /// <param name="name">The name.</param>
    public Domain LookupDomain(string name) =>
        new(NativeCall.Check(NativeLibvirt.virDomainLookupByName(_handle, name), nameof(NativeLibvirt.virDomainLookupByName)));

    /// <summary>Looks a domain up by its UUID; NoDomain when there is none.</summary>
    /// <param name="uuid">The UUID.</param>
    public Domain LookupDomain(Guid uuid) =>
        new(NativeCall.Check(
            NativeLibvirt.virDomainLookupByUUIDString(_handle, uuid.ToString("D", CultureInfo.InvariantCulture)),
            nameof(NativeLibvirt.virDomainLookupByUUIDString)));

    /// <summary>Looks a domain up by its name; null when there is none.</summary>
    /// <param name="name">The name.</param>
    public Domain? FindDomain(string name) =>
        NativeCall.CheckFound(NativeLibvirt.virDomainLookupByName(_handle, name), nameof(NativeLibvirt.virDomainLookupByName)) is { } handle ? new Domain(handle) : null;

    /// <summary>Looks a domain up by its UUID; null when there is none.</summary>
    /// <param name="uuid">The UUID.</param>
    public Domain? FindDomain(Guid uuid) =>
        NativeCall.CheckFound(
            NativeLibvirt.virDomainLookupByUUIDString(_handle, uuid.ToString("D", CultureInfo.InvariantCulture)),
            nameof(NativeLibvirt.virDomainLookupByUUIDString)) is { } handle ? new Domain(handle) : null;

    /// <summary>Defines a domain, or redefines the one with the same name and UUID. Another UUID under a known name gives OperationFailed.</summary>
    /// <param name="xml">A <c>domain</c> document.</param>
    /// <param name="validate">Check it against libvirt's schema.</param>
    public Domain DefineDomain(string xml, bool validate = true) =>
        new(NativeCall.Check(
            NativeLibvirt.virDomainDefineXMLFlags(_handle, xml, validate ? 1u : 0u),
            nameof(NativeLibvirt.virDomainDefineXMLFlags)));

    /// <summary>Defines a domain, on a thread of its own: libvirt may probe QEMU first, which takes seconds.</summary>
    /// <param name="xml">A <c>domain</c> document.</param>
    /// <param name="validate">Check it against libvirt's schema.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<Domain> DefineDomainAsync(string xml, bool validate, CancellationToken ct) =>
        DedicatedThread.RunAsync(() => DefineDomain(xml, validate), ct);

    /// <summary>
    /// Lets the driver prepare a definition as far as QEMU's command line, as <c>virsh domxml-to-native</c> does: what it lacks (addresses,
    /// controllers) is added as when it is defined, but nothing is made. What makes defining it fail is thrown, and a few things that only starting it needs.
    /// </summary>
    /// <param name="xml">A <c>domain</c> document.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task TryPrepareDomainAsync(string xml, CancellationToken ct) => DedicatedThread.RunAsync(() => TryPrepareDomain(xml), ct);

    // The command line is freed unread: it isn't wanted, and may hold what isn't meant for eyes.
    private bool TryPrepareDomain(string xml)
    {
        var native = NativeLibvirt.virConnectDomainXMLToNative(_handle, "qemu-argv", xml, 0);
        if (native == 0)
            throw NativeCall.LastError(nameof(NativeLibvirt.virConnectDomainXMLToNative));
        NativeMemory.Free((void*)native);
        return true;
    }
}
