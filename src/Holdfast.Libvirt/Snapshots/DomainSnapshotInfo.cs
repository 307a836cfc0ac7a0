namespace Holdfast.Libvirt;

/// <summary>A snapshot of a domain, as listed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsCurrent">The domain's present state descends from it.</param>
/// <param name="Xml">Its XML as libvirt writes it.</param>
public sealed record DomainSnapshotInfo(string Name, bool IsCurrent, string Xml);
