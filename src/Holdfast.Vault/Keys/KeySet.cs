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

    public const int OlderMax = 250;

    private const ushort Version = 1;
    private const ushort VersionWithEpochs = 2;
    private const int OlderBytes = VaultKeys.KeyBytes + 16;
    private const int HeaderBytes = 28;
    private const int HashBytes = 32;

    public KeySet(VaultId vault, IReadOnlyList<WrappedKey> slots, IReadOnlyList<byte[]> older) => (Vault, Slots, Older) = (vault, slots, older);

    /// <summary>A set with new slots for keys of which the newest is opened by them.</summary>
    public static KeySet Of(VaultKeys keys, IReadOnlyList<WrappedKey> slots) =>
        new(keys.Vault, slots, [.. keys.Masters.SkipLast(1).Select((m, i) => SealOlder(keys, (uint)i + VaultKeys.FirstEpoch, m))]);

    public VaultId Vault { get; }

    public IReadOnlyList<WrappedKey> Slots { get; }

    /// <summary>The master keys of older epochs, the first first, each sealed under a key of the newest.</summary>
    public IReadOnlyList<byte[]> Older { get; }

    /// <summary>The epoch of the master key that the slots open.</summary>
    public uint Epoch => (uint)Older.Count + VaultKeys.FirstEpoch;

    private static ReadOnlySpan<byte> Magic => "HFKEYSET"u8;

    /// <summary>The object's bytes; the hash at the end tells a damaged copy from a whole one.</summary>
    public byte[] ToBytes()
    {
        var older = Older.Count == 0 ? 0 : 4 + (Older.Count * OlderBytes);
        var bytes = new byte[HeaderBytes + Slots.Sum(s => s.SizeBytes) + older + HashBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), Older.Count == 0 ? Version : VersionWithEpochs);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10), (ushort)Slots.Count);
        IdText.Write(Vault.Value, bytes.AsSpan(12));
        var at = HeaderBytes;
        foreach (var slot in Slots)
        {
            slot.Write(bytes.AsSpan(at));
            at += slot.SizeBytes;
        }

        if (older > 0)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), Older.Count);
            at += 4;
            foreach (var master in Older)
            {
                master.CopyTo(bytes.AsSpan(at));
                at += OlderBytes;
            }
        }

        SHA256.HashData(bytes.AsSpan(0, at), bytes.AsSpan(at));
        return bytes;
    }

    /// <summary>Reads a copy; null if it is damaged.</summary>
    public static KeySet? TryParse(byte[] bytes)
    {
        if (bytes.Length < HeaderBytes + HashBytes || !bytes.AsSpan(0, 8).SequenceEqual(Magic)
            || !SHA256.HashData(bytes.AsSpan(..^HashBytes)).AsSpan().SequenceEqual(bytes.AsSpan(^HashBytes..))
            || BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)) is not (Version or VersionWithEpochs))
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

        var older = new List<byte[]>();
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)) == VersionWithEpochs)
        {
            if (rest.Length < 4 || BinaryPrimitives.ReadInt32LittleEndian(rest) is not (> 0 and <= OlderMax) || rest.Length != 4 + (BinaryPrimitives.ReadInt32LittleEndian(rest) * OlderBytes))
            {
                return null;
            }

            for (rest = rest[4..]; !rest.IsEmpty; rest = rest[OlderBytes..])
            {
                older.Add(rest[..OlderBytes].ToArray());
            }
        }

        return rest.IsEmpty && slots.Count == count ? new KeySet(new VaultId(IdText.Read(bytes.AsSpan(12))), slots, older) : null;
    }

    /// <summary>The master keys of all epochs, the first first, if the credential opens a slot.</summary>
    /// <exception cref="VaultException">Damaged: an older one can't be opened.</exception>
    public byte[][]? Unlock(VaultCredential credential)
    {
        var newest = Slots.Where(s => s.Kind == credential.Kind).Select(s => s.TryUnwrap(Vault, credential.Secret)).FirstOrDefault(m => m is not null);
        return newest is null ? null : [.. Older.Select((o, i) => OpenOlder(newest, (uint)i + VaultKeys.FirstEpoch, o)), newest];
    }

    private static byte[] SealOlder(VaultKeys keys, uint epoch, byte[] master)
    {
        // The key is of this pair of masters alone, and seals nothing else.
        using var aes = new AesGcm(VaultKeys.OlderMasterKey(keys.Master, keys.Vault, epoch), 16);
        var result = new byte[OlderBytes];
        aes.Encrypt(new byte[12], master, result.AsSpan(0, VaultKeys.KeyBytes), result.AsSpan(VaultKeys.KeyBytes), OlderAad(keys.Vault, epoch, keys.Epoch));
        return result;
    }

    private static byte[] OlderAad(VaultId vault, uint epoch, uint newest)
    {
        var aad = new byte[32];
        "HFOLDKEY"u8.CopyTo(aad);
        IdText.Write(vault.Value, aad.AsSpan(8));
        BinaryPrimitives.WriteUInt32LittleEndian(aad.AsSpan(24), epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(aad.AsSpan(28), newest);
        return aad;
    }

    private byte[] OpenOlder(byte[] newest, uint epoch, byte[] bytes)
    {
        using var aes = new AesGcm(VaultKeys.OlderMasterKey(newest, Vault, epoch), 16);
        var master = new byte[VaultKeys.KeyBytes];
        try
        {
            aes.Decrypt(new byte[12], bytes.AsSpan(0, VaultKeys.KeyBytes), bytes.AsSpan(VaultKeys.KeyBytes), master, OlderAad(Vault, epoch, Epoch));
            return master;
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new VaultException(VaultErrorKind.Damaged, $"The key of epoch {epoch} can't be opened.", e) { ObjectName = Names.Keys };
        }
    }
}
