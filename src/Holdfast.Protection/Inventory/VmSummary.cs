using Holdfast.Faults;
using Holdfast.Protection.Points;

namespace Holdfast.Protection.Inventory;

/// <summary>A VM as a list shows it.</summary>
/// <param name="Uuid">The domain's UUID: the key of its points.</param>
/// <param name="Name">Its present name, or the name in its newest point where the VM is gone.</param>
/// <param name="Exists">False where only points are left of it.</param>
/// <param name="State">libvirt's state in words ("running", "shut off"), or "gone".</param>
/// <param name="Disks">Its disks.</param>
/// <param name="Agent">The state of the VM agent.</param>
/// <param name="LastPoint">The newest point in the vault, or null (also where no vault was named).</param>
/// <param name="PointCount">How many points the vault has of it; null where no vault was named.</param>
public sealed record VmSummary(
    Guid Uuid, string Name, bool Exists, string State, IReadOnlyList<VmDisk> Disks, VmAgent Agent, RecoveryPoint? LastPoint, int? PointCount);

/// <summary>A VM's disk as a list shows it.</summary>
/// <param name="Target">Target name (vda).</param>
/// <param name="Device">disk, cdrom, floppy or lun.</param>
/// <param name="Format">Image format; null where there is none (empty cdrom).</param>
/// <param name="Source">Path of the image, or null.</param>
/// <param name="SizeBytes">Virtual size, or null where unknown.</param>
/// <param name="Trackable">Whether changes can be tracked, so that backups are incremental.</param>
/// <param name="Obstacle">Why they can't, or why the disk isn't backed up; null where all is well.</param>
public sealed record VmDisk(string Target, string Device, string? Format, string? Source, long? SizeBytes, bool Trackable, Fault? Obstacle);

/// <summary>The VM agent's state.</summary>
/// <param name="State">no-channel, disconnected, connected, not-responding, or unknown (VM not running).</param>
/// <param name="Version">The agent's version where it answered.</param>
public sealed record VmAgent(string State, string? Version);
