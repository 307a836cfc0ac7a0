namespace Holdfast.Vault;

/// <summary>A pack that the vault has, or that the index says it should have.</summary>
internal sealed class PackInfo(PackId id, PointId session, PackKind kind)
{
    public PackId Id { get; } = id;

    /// <summary>The session it belongs to, which its name tells.</summary>
    public PointId Session { get; } = session;

    public PackKind Kind { get; } = kind;

    /// <summary>The epoch of its key.</summary>
    public uint Epoch { get; init; } = VaultKeys.FirstEpoch;

    /// <summary>Its kind and epoch as one number, as index segments have it: the kind, and in the upper half by how much the epoch is above the first.</summary>
    public int KindAndEpoch => (int)Kind | (int)((Epoch - VaultKeys.FirstEpoch) << 16);

    /// <summary>The length that the index knows; 0 while it is being written.</summary>
    public long SizeBytes { get; set; }

    /// <summary>Whether its object is there, of the right length, and not recorded as damaged. INV-7: only such packs count for dedup.</summary>
    public volatile bool Healthy;

    /// <summary>Whether garbage collection may drop it. It can be read as before, but nobody deduplicates against it (INV-11).</summary>
    public volatile bool Condemned;

    /// <summary>Whether its entries come from its own footer, since no readable segment names it.</summary>
    public bool FromFooter { get; init; }

    /// <summary>The epoch in what <see cref="KindAndEpoch"/> gives.</summary>
    public static uint EpochOf(int kindAndEpoch) => ((uint)kindAndEpoch >> 16) + VaultKeys.FirstEpoch;

    public ObjectName Name => Names.Pack(Session, Id);
}
