using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Vault;

/// <summary>Every key of a vault, derived from its master key. INV-3: each use has a label of its own.</summary>
internal sealed class VaultKeys
{
    public const int KeyBytes = 32;
    public const uint FirstEpoch = 1;

    private readonly byte[] _master;
    private readonly byte[] _data;

    public VaultKeys(byte[] master, VaultId vault)
    {
        (_master, Vault) = (master, vault);
        ChunkId = Derive("holdfast/chunk-id/v1"u8);
        PageId = Derive("holdfast/page-id/v1"u8);
        Config = Derive("holdfast/config/v1"u8);
        Cache = Derive("holdfast/cache/v1"u8);
        Span<byte> info = stackalloc byte[20];
        "holdfast/data/v1"u8.CopyTo(info);
        BinaryPrimitives.WriteUInt32LittleEndian(info[16..], FirstEpoch);
        _data = Derive(info);
    }

    public VaultId Vault { get; }

    public byte[] Master => _master;

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
        _ => throw new ArgumentOutOfRangeException(nameof(label)),
    };

    public void PackKey(PackKind kind, in PackId pack, Span<byte> key)
    {
        Span<byte> salt = stackalloc byte[PackId.SizeBytes];
        pack.CopyTo(salt);
        Expand(kind == PackKind.Data ? "holdfast/pack/v1" : "holdfast/map-pack/v1", salt, key);
    }

    public void ObjectKey(SealLabel label, ReadOnlySpan<byte> salt, Span<byte> key) => Expand(TextOf(label), salt, key);

    private void Expand(string label, ReadOnlySpan<byte> salt, Span<byte> key)
    {
        Span<byte> info = stackalloc byte[64];
        var length = Encoding.ASCII.GetBytes(label, info);
        IdText.Write(Vault.Value, info[length..]);
        BinaryPrimitives.WriteUInt32LittleEndian(info[(length + IdText.Bytes)..], FirstEpoch);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _data, key, salt, info[..(length + IdText.Bytes + 4)]);
    }

    private byte[] Derive(ReadOnlySpan<byte> info)
    {
        var key = new byte[KeyBytes];
        Span<byte> salt = stackalloc byte[IdText.Bytes];
        IdText.Write(Vault.Value, salt);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _master, key, salt, info);
        return key;
    }
}
