using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Vault;

/// <summary>
/// The envelope of every sealed object but packs: a header of 72 bytes, the ciphertext, the tag. The key is of this object
/// alone (a random salt), so the nonce may be zero; the object's name is authenticated, so objects can't stand in for each other.
/// </summary>
internal static class SealedObject
{
    public const int HeaderBytes = 72;
    public const int TagBytes = 16;
    public const int OverheadBytes = HeaderBytes + TagBytes;
    public const ushort Version = 1;

    private const int LabelAt = 10, EpochAt = 12, VaultAt = 16, SaltAt = 32, LengthAt = 64;

    private static ReadOnlySpan<byte> Magic => "HFSEALED"u8;

    public static byte[] Seal(VaultKeys keys, SealLabel label, ObjectName name, ReadOnlySpan<byte> plaintext) =>
        Seal(keys, label, name, plaintext, RandomNumberGenerator.GetBytes(32));

    /// <summary>For known-answer tests; everything else takes a random salt.</summary>
    internal static byte[] Seal(VaultKeys keys, SealLabel label, ObjectName name, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> salt)
    {
        var sealedBytes = GC.AllocateUninitializedArray<byte>(OverheadBytes + plaintext.Length);
        var header = sealedBytes.AsSpan(0, HeaderBytes);
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[LabelAt..], (ushort)label);
        BinaryPrimitives.WriteUInt32LittleEndian(header[EpochAt..], keys.Epoch);
        IdText.Write(keys.Vault.Value, header[VaultAt..]);
        salt.CopyTo(header[SaltAt..]);
        BinaryPrimitives.WriteInt64LittleEndian(header[LengthAt..], plaintext.Length);
        using var aes = CipherOf(keys, label, keys.Epoch, salt);
        aes.Encrypt(
            stackalloc byte[12], plaintext, sealedBytes.AsSpan(HeaderBytes, plaintext.Length), sealedBytes.AsSpan(^TagBytes..),
            AssociatedData(header, name));
        return sealedBytes;
    }

    /// <exception cref="VaultException">Damaged, Unsupported.</exception>
    public static byte[] Open(VaultKeys keys, SealLabel label, ObjectName name, ReadOnlySpan<byte> sealedBytes)
    {
        if (sealedBytes.Length < OverheadBytes || !sealedBytes[..8].SequenceEqual(Magic))
        {
            throw Damaged(name, "it isn't a sealed object");
        }

        var header = sealedBytes[..HeaderBytes];
        var epoch = BinaryPrimitives.ReadUInt32LittleEndian(header[EpochAt..]);
        if (BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) != Version || !keys.Knows(epoch))
        {
            // Not authenticated yet: it may as well be damage.
            throw Damaged(name, "its version or key epoch is unknown");
        }

        if (BinaryPrimitives.ReadUInt16LittleEndian(header[LabelAt..]) != (ushort)label
            || IdText.Read(header[VaultAt..]) != keys.Vault.Value
            || BinaryPrimitives.ReadInt64LittleEndian(header[LengthAt..]) != sealedBytes.Length - OverheadBytes)
        {
            throw Damaged(name, "its header doesn't belong to it");
        }

        var plaintext = GC.AllocateUninitializedArray<byte>(sealedBytes.Length - OverheadBytes);
        using var aes = CipherOf(keys, label, epoch, header.Slice(SaltAt, 32));
        try
        {
            aes.Decrypt(
                stackalloc byte[12], sealedBytes.Slice(HeaderBytes, plaintext.Length), sealedBytes[^TagBytes..], plaintext,
                AssociatedData(header, name));
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw Damaged(name, "its seal is broken", e);
        }

        return plaintext;
    }

    public static VaultException Damaged(ObjectName name, string why, Exception? inner = null) =>
        new(VaultErrorKind.Damaged, $"The vault's object {name} is damaged: {why}.", inner) { ObjectName = name.Value };

    private static AesGcm CipherOf(VaultKeys keys, SealLabel label, uint epoch, ReadOnlySpan<byte> salt)
    {
        Span<byte> key = stackalloc byte[VaultKeys.KeyBytes];
        keys.ObjectKey(label, epoch, salt, key);
        var aes = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
        return aes;
    }

    private static byte[] AssociatedData(ReadOnlySpan<byte> header, ObjectName name) => [.. header, .. Encoding.ASCII.GetBytes(name.Value)];
}
