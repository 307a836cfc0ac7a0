using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>
/// All key slots of a vault, one object a generation: adding and removing are one exclusive create,
/// so the last slot can't be lost to a race (INV-9).
/// </summary>
internal sealed class KeySet
{
    public const int BytesMax = 64 * 1024;
    public const int SlotsMax = 64;

    private const ushort Version = 1;
    private const int HeaderBytes = 28;
    private const int HashBytes = 32;

    public KeySet(VaultId vault, IReadOnlyList<WrappedKey> slots) => (Vault, Slots) = (vault, slots);

    public VaultId Vault { get; }

    public IReadOnlyList<WrappedKey> Slots { get; }

    private static ReadOnlySpan<byte> Magic => "HFKEYSET"u8;

    /// <summary>The object's bytes; the hash at the end tells a damaged copy from a whole one.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[HeaderBytes + Slots.Sum(s => s.SizeBytes) + HashBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10), (ushort)Slots.Count);
        IdText.Write(Vault.Value, bytes.AsSpan(12));
        var at = HeaderBytes;
        foreach (var slot in Slots)
        {
            slot.Write(bytes.AsSpan(at));
            at += slot.SizeBytes;
        }

        SHA256.HashData(bytes.AsSpan(0, at), bytes.AsSpan(at));
        return bytes;
    }

    /// <summary>Reads a copy; null if it is damaged.</summary>
    public static KeySet? TryParse(byte[] bytes)
    {
        if (bytes.Length < HeaderBytes + HashBytes || !bytes.AsSpan(0, 8).SequenceEqual(Magic)
            || !SHA256.HashData(bytes.AsSpan(..^HashBytes)).AsSpan().SequenceEqual(bytes.AsSpan(^HashBytes..))
            || BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)) != Version)
        {
            return null;
        }

        var count = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(10));
        var slots = new List<WrappedKey>();
        var rest = bytes.AsSpan(HeaderBytes..^HashBytes);
        while (slots.Count < count && count <= SlotsMax)
        {
            if (WrappedKey.TryRead(rest) is not { } slot)
            {
                return null;
            }

            slots.Add(slot);
            rest = rest[slot.SizeBytes..];
        }

        return rest.IsEmpty && slots.Count == count ? new KeySet(new VaultId(IdText.Read(bytes.AsSpan(12))), slots) : null;
    }

    /// <summary>The master key, if the credential opens a slot.</summary>
    public byte[]? Unlock(VaultCredential credential) =>
        Slots.Where(s => s.Kind == credential.Kind).Select(s => s.TryUnwrap(Vault, credential.Secret)).FirstOrDefault(m => m is not null);
}
