namespace Holdfast.Vault;

/// <summary>A pack that the vault has, or that the index says it should have.</summary>
internal sealed class PackInfo(PackId id, PointId session, PackKind kind)
{
    public PackId Id { get; } = id;

    /// <summary>The session it belongs to, which its name tells.</summary>
    public PointId Session { get; } = session;

    public PackKind Kind { get; } = kind;

    /// <summary>The length that the index knows; 0 while it is being written.</summary>
    public long SizeBytes { get; set; }

    /// <summary>Whether its object is there, of the right length, and not recorded as damaged. INV-7: only such packs count for dedup.</summary>
    public volatile bool Healthy;

    public ObjectName Name => Names.Pack(Session, Id);
}
