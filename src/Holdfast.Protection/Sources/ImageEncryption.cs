namespace Holdfast.Protection.Sources;

/// <summary>The passphrase of a LUKS image. A class, so that nothing ever prints it.</summary>
/// <param name="passphrase">The passphrase, as libvirt keeps it.</param>
public sealed class ImageEncryption(ReadOnlyMemory<byte> passphrase)
{
    /// <summary>The passphrase.</summary>
    internal ReadOnlyMemory<byte> Passphrase { get; } = passphrase;

    /// <summary>
    /// How long QEMU may take to derive the key from the passphrase, which makes guessing dear; null for QEMU's own two seconds. Random
    /// passphrases need none of it.
    /// </summary>
    public int? DerivationMilliseconds { get; init; }
}
