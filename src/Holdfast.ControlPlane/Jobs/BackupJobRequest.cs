namespace Holdfast.ControlPlane.Jobs;

/// <summary>What is asked of a backup job.</summary>
/// <param name="Trigger">What it was started by.</param>
/// <param name="DueUtc">When it was due by the schedule, or null.</param>
/// <param name="RetainUntilUtc">The point is kept at least until then; null lets the policy's retention decide.</param>
/// <param name="RequestedBy">Who asked, or null for the schedule.</param>
public sealed record BackupJobRequest(
    JobTrigger Trigger, DateTimeOffset? DueUtc = null, DateTimeOffset? RetainUntilUtc = null, string? RequestedBy = null);
