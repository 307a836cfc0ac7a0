using Holdfast.Faults;
using Holdfast.Protection.Points;

namespace Holdfast.Protection.Backup;

/// <summary>What a run will do with each disk. Pure data: made by <see cref="BackupPlanner"/>, carried out by a run.</summary>
/// <param name="Disks">The disks that go into the point.</param>
/// <param name="Skipped">The disks that don't, and why.</param>
/// <param name="Notices">What the user should know beforehand.</param>
public sealed record BackupPlan(IReadOnlyList<DiskPlan> Disks, IReadOnlyList<SkippedDisk> Skipped, IReadOnlyList<Fault> Notices)
{
    /// <summary>Whether the run makes a checkpoint: at least one disk can be tracked.</summary>
    public bool HasCheckpoint => Disks.Any(d => d.IsTracked);
}

/// <summary>What a run will do with one disk.</summary>
/// <param name="Facts">The disk.</param>
/// <param name="IsTracked">Whether the new checkpoint gets a bitmap on it.</param>
/// <param name="Base">The base of an incremental read, or null for a full one.</param>
/// <param name="Reason">Why it is read whole, where <paramref name="Base"/> is null.</param>
public sealed record DiskPlan(DiskFacts Facts, bool IsTracked, BasePoint? Base, Fault? Reason)
{
    /// <summary>The same disk read whole, for <paramref name="reason"/>.</summary>
    public DiskPlan ReadWhole(Fault reason) => this with { Base = null, Reason = reason };
}

/// <summary>A committed, readable point of this vault whose checkpoint the VM still has.</summary>
/// <param name="Point">The point.</param>
/// <param name="Checkpoint">Name of its checkpoint, and of its bitmap.</param>
/// <param name="TrackedTargets">Disks that the checkpoint has bitmaps on.</param>
public sealed record BasePoint(RecoveryPoint Point, string Checkpoint, IReadOnlySet<string> TrackedTargets);
