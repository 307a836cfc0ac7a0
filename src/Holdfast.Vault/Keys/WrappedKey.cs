using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Vault;

/// <summary>One key slot: the master key, sealed under a key made from a secret.</summary>
internal sealed record WrappedKey(
    Guid Id, KeySlotKind Kind, int Iterations, byte[] Salt, long CreatedUnixMilliseconds, string Label, byte[] Wrapped)
{
    public const int IterationsMin = 10_000;
    public const int IterationsMax = 10_000_000;
    public const int LabelBytesMax = 200;

    private const int FixedBytes = 68;
    private const int SaltBytes = 32;
    private const int WrappedBytes = VaultKeys.KeyBytes + 16;

    public int SizeBytes => FixedBytes + Encoding.UTF8.GetByteCount(Label) + WrappedBytes;

    public KeySlot Shown => new(
        Id.ToString("N"), Kind, Label, DateTimeOffset.FromUnixTimeMilliseconds(CreatedUnixMilliseconds), Iterations);

    public static WrappedKey Make(
        VaultId vault, VaultCredential credential, byte[] master, string label, DateTimeOffset created, int iterations,
        byte[]? salt = null, Guid? id = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Encoding.UTF8.GetByteCount(label), LabelBytesMax, nameof(label));
        var stretched = credential.Kind == KeySlotKind.Passphrase;
        if (stretched)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(iterations, IterationsMin);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(iterations, IterationsMax);
        }

        var slot = new WrappedKey(
            id ?? IdText.NewGuid(), credential.Kind, stretched ? iterations : 0, salt ?? RandomNumberGenerator.GetBytes(SaltBytes),
            created.ToUnixTimeMilliseconds(), label, new byte[WrappedBytes]);
        using var aes = slot.CipherOf(vault, credential.Secret);
        aes.Encrypt(
            new byte[12], master, slot.Wrapped.AsSpan(0, VaultKeys.KeyBytes), slot.Wrapped.AsSpan(VaultKeys.KeyBytes), slot.AssociatedData(vault));
        return slot;
    }

    public byte[]? TryUnwrap(VaultId vault, byte[] secret)
    {
        using var aes = CipherOf(vault, secret);
        var master = new byte[VaultKeys.KeyBytes];
        try
        {
            aes.Decrypt(
                new byte[12], Wrapped.AsSpan(0, VaultKeys.KeyBytes), Wrapped.AsSpan(VaultKeys.KeyBytes), master, AssociatedData(vault));
            return master;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    public void Write(Span<byte> target)
    {
        WriteFixed(target);
        var label = Encoding.UTF8.GetBytes(Label, target[FixedBytes..]);
        Wrapped.CopyTo(target[(FixedBytes + label)..]);
    }

    public static WrappedKey? TryRead(ReadOnlySpan<byte> source)
    {
        if (source.Length < FixedBytes + WrappedBytes)
        {
            return null;
        }

        var kind = (KeySlotKind)source[16];
        var iterations = BinaryPrimitives.ReadInt32LittleEndian(source[20..]);
        var labelBytes = BinaryPrimitives.ReadUInt16LittleEndian(source[18..]);
        if (!Enum.IsDefined(kind) || labelBytes > LabelBytesMax || source.Length < FixedBytes + labelBytes + WrappedBytes
            || source[17] != KdfOf(kind)
            || (kind == KeySlotKind.Passphrase ? iterations is < IterationsMin or > IterationsMax : iterations != 0)
            || BinaryPrimitives.ReadInt64LittleEndian(source[24..]) is var created && created is < 0 or > 253_402_300_799_999)
        {
            return null;
        }

        var label = Encoding.UTF8.GetString(source.Slice(FixedBytes, labelBytes));
        return Encoding.UTF8.GetByteCount(label) != labelBytes ? null : new WrappedKey(
            IdText.Read(source), kind, iterations, source.Slice(32, SaltBytes).ToArray(), created,
            label, source.Slice(FixedBytes + labelBytes, WrappedBytes).ToArray());
    }

    /// <summary>1: PBKDF2-HMAC-SHA512 first; 2: the secret is random enough as it is.</summary>
    private static byte KdfOf(KeySlotKind kind) => (byte)(kind == KeySlotKind.Passphrase ? 1 : 2);

    private void WriteFixed(Span<byte> target)
    {
        IdText.Write(Id, target);
        target[16] = (byte)Kind;
        target[17] = KdfOf(Kind);
        BinaryPrimitives.WriteUInt16LittleEndian(target[18..], (ushort)Encoding.UTF8.GetByteCount(Label));
        BinaryPrimitives.WriteInt32LittleEndian(target[20..], Iterations);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], CreatedUnixMilliseconds);
        Salt.CopyTo(target[32..]);
        target.Slice(64, 4).Clear();
    }

    private byte[] AssociatedData(VaultId vault)
    {
        var label = Encoding.UTF8.GetBytes(Label);
        var aad = new byte[8 + IdText.Bytes + FixedBytes + label.Length];
        "HFKEYSLT"u8.CopyTo(aad);
        IdText.Write(vault.Value, aad.AsSpan(8));
        WriteFixed(aad.AsSpan(24));
        label.CopyTo(aad.AsSpan(24 + FixedBytes));
        return aad;
    }

    private AesGcm CipherOf(VaultId vault, byte[] secret)
    {
        var ikm = Kind == KeySlotKind.Passphrase
            ? Rfc2898DeriveBytes.Pbkdf2(secret, Salt, Iterations, HashAlgorithmName.SHA512, VaultKeys.KeyBytes)
            : secret;
        Span<byte> info = stackalloc byte[20 + (2 * IdText.Bytes)];
        "holdfast/key-slot/v1"u8.CopyTo(info);
        IdText.Write(vault.Value, info[20..]);
        IdText.Write(Id, info[36..]);
        Span<byte> key = stackalloc byte[VaultKeys.KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, ikm, key, Salt, info);
        return new AesGcm(key, 16);
    }
}
