namespace Holdfast.Libvirt;

/// <summary>Encryption of an image by libvirt and QEMU.</summary>
/// <param name="Format"><c>luks</c>, <c>luks2</c>, <c>qcow</c>...</param>
/// <param name="Secrets">The secrets it needs.</param>
public sealed record DiskEncryption(string Format, IReadOnlyList<SecretReference> Secrets);
