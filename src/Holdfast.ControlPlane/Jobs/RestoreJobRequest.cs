using Holdfast.ControlPlane.Items;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>What is asked of a restore job: names of the target host, checked when the request came in and again when it runs.</summary>
/// <param name="Kind">How.</param>
/// <param name="SourceId">The point's source.</param>
/// <param name="PointId">The point's id in the store.</param>
/// <param name="TargetName">The new VM's name; null in place, and for disks.</param>
/// <param name="Network">The network of the new VM, or null.</param>
/// <param name="Pool">The pool that images go to, or null.</param>
/// <param name="Luns">Data disks to restore beside the OS disk, or null for all.</param>
/// <param name="Decrypt">Write the disks of an encrypted VM in the clear.</param>
internal sealed record RestoreJobRequest(
    RestoreKind Kind, Guid SourceId, Guid PointId, string? TargetName, string? Network, string? Pool, IReadOnlyList<int>? Luns, bool Decrypt = false);
