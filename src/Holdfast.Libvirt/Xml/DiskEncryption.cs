namespace Holdfast.Libvirt;

/// <summary>Encryption of an image by libvirt and QEMU.</summary>
/// <param name="Format"><c>luks</c>, <c>luks2</c>, <c>qcow</c>...</param>
/// <param name="Engine">What decrypts: <c>qemu</c>, <c>librbd</c>; null where it isn't said, which is QEMU.</param>
/// <param name="Secrets">The secrets it needs.</param>
public sealed record DiskEncryption(string Format, string? Engine, IReadOnlyList<SecretReference> Secrets)
{
    /// <summary>The passphrase of an image that QEMU itself opens as LUKS; null for any other encryption.</summary>
    public SecretReference? LuksPassphrase => Format == "luks" && Engine is (null or "qemu") && Secrets.Count == 1 ? Secrets[0] : null;
}
