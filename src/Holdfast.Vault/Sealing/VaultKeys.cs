using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Vault;

/// <summary>
/// Every key of a vault, derived from its master keys, one an epoch. INV-3: each use has a label of its own. What is written is sealed under the newest
/// epoch; ids are made with the first, so that deduplication goes on.
/// </summary>
internal sealed class VaultKeys
{
    public const int KeyBytes = 32;
    public const uint FirstEpoch = 1;

    private readonly byte[][] _masters;
    private readonly byte[][] _data;

    public VaultKeys(byte[] master, VaultId vault)
        : this([master], vault)
    {
    }

    /// <param name="masters">The master keys, that of the first epoch first.</param>
    /// <param name="vault">The vault.</param>
    public VaultKeys(IReadOnlyList<byte[]> masters, VaultId vault)
    {
        (_masters, Vault) = ([.. masters], vault);
        ChunkId = Derive(_masters[0], "holdfast/chunk-id/v1"u8);
        PageId = Derive(_masters[0], "holdfast/page-id/v1"u8);
        Config = Derive(Master, "holdfast/config/v1"u8);
        Cache = Derive(Master, "holdfast/cache/v1"u8);
        _data = [.. _masters.Select((m, i) => DataKey(m, (uint)i + FirstEpoch))];
    }

    public VaultId Vault { get; }

    /// <summary>The newest master key: that which key slots open.</summary>
    public byte[] Master => _masters[^1];

    /// <summary>All master keys, that of the first epoch first.</summary>
    public IReadOnlyList<byte[]> Masters => _masters;

    /// <summary>The epoch that is written.</summary>
    public uint Epoch => (uint)_masters.Length;

    public byte[] ChunkId { get; }

    public byte[] PageId { get; }

    public byte[] Config { get; }

    /// <summary>For the local cache only; no part of the format.</summary>
    public byte[] Cache { get; }

    public static byte[] NewMaster() => RandomNumberGenerator.GetBytes(KeyBytes);

    public static string TextOf(SealLabel label) => label switch
    {
        SealLabel.Point => "holdfast/point/v1",
        SealLabel.Tombstone => "holdfast/tombstone/v1",
        SealLabel.Index => "holdfast/index/v1",
        SealLabel.Session => "holdfast/session/v1",
        SealLabel.Retention => "holdfast/retention/v1",
        SealLabel.Damage => "holdfast/damage/v1",
        SealLabel.Retired => "holdfast/retired/v1",
        SealLabel.Note => "holdfast/note/v1",
        SealLabel.Gc => "holdfast/gc/v1",
        SealLabel.Scrub => "holdfast/scrub/v1",
        _ => throw new ArgumentOutOfRangeException(nameof(label)),
    };

    /// <summary>Whether there is a key of this epoch here.</summary>
    public bool Knows(uint epoch) => epoch >= FirstEpoch && epoch <= Epoch;

    public void PackKey(PackKind kind, uint epoch, in PackId pack, Span<byte> key)
    {
        Span<byte> salt = stackalloc byte[PackId.SizeBytes];
        pack.CopyTo(salt);
        Expand(kind == PackKind.Data ? "holdfast/pack/v1" : "holdfast/map-pack/v1", epoch, salt, key);
    }

    public void ObjectKey(SealLabel label, uint epoch, ReadOnlySpan<byte> salt, Span<byte> key) => Expand(TextOf(label), epoch, salt, key);

    /// <summary>The key under which the master key of an older epoch is kept beside the slots that open the newest.</summary>
    public static byte[] OlderMasterKey(byte[] newest, VaultId vault, uint older)
    {
        Span<byte> info = stackalloc byte[28];
        "holdfast/older-master/v1"u8.CopyTo(info);
        BinaryPrimitives.WriteUInt32LittleEndian(info[24..], older);
        return Derive(newest, vault, info);
    }

    private static byte[] Derive(byte[] master, VaultId vault, ReadOnlySpan<byte> info)
    {
        var key = new byte[KeyBytes];
        Span<byte> salt = stackalloc byte[IdText.Bytes];
        IdText.Write(vault.Value, salt);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, key, salt, info);
        return key;
    }

    private void Expand(string label, uint epoch, ReadOnlySpan<byte> salt, Span<byte> key)
    {
        Span<byte> info = stackalloc byte[64];
        var length = Encoding.ASCII.GetBytes(label, info);
        IdText.Write(Vault.Value, info[length..]);
        BinaryPrimitives.WriteUInt32LittleEndian(info[(length + IdText.Bytes)..], epoch);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _data[epoch - FirstEpoch], key, salt, info[..(length + IdText.Bytes + 4)]);
    }

    private byte[] DataKey(byte[] master, uint epoch)
    {
        Span<byte> info = stackalloc byte[20];
        "holdfast/data/v1"u8.CopyTo(info);
        BinaryPrimitives.WriteUInt32LittleEndian(info[16..], epoch);
        return Derive(master, info);
    }

    private byte[] Derive(byte[] master, ReadOnlySpan<byte> info) => Derive(master, Vault, info);
}
