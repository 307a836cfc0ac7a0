using Holdfast.Vault;

namespace Holdfast.Protection.Points;

/// <summary>A recovery point as the engine knows it: the vault's point with what it says of the VM.</summary>
/// <param name="Stored">The vault's own record: ids, disks' maps, retention, statistics.</param>
/// <param name="Details">What the engine wrote of the VM and the run.</param>
public sealed record RecoveryPoint(Point Stored, PointDetails Details)
{
    /// <summary>The point's id.</summary>
    public PointId Id => Stored.PointId;

    /// <summary>The instant of the snapshot.</summary>
    public DateTimeOffset CreatedUtc => Stored.CreatedUtc;

    /// <summary>Bytes read from the disks. Ranges that were known to be zero weren't read.</summary>
    public long ReadBytes => Details.Disks.Sum(d => d.ReadBytes);
}
