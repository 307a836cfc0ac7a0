using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Health;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>Whether a job takes too long, and why. Pure.</summary>
internal static class JobSlowness
{
    private static readonly FaultCode Backup = HealthFaults.BackupSlow("", default, default, "", []).Code;
    private static readonly FaultCode Restore = HealthFaults.RestoreSlow("", default, default, "", []).Code;

    /// <summary>The fault of a job that has taken longer than its limit, from its request on; null for others.</summary>
    /// <param name="job">The job.</param>
    /// <param name="times">Where the time of its work went, as far as known.</param>
    /// <param name="work">What its result says, once there is one.</param>
    /// <param name="options">The limits.</param>
    /// <param name="nowUtc">The present, or its end.</param>
    public static Fault? Judge(JobRow job, PhaseTimes? times, JobTimes? work, ControlPlaneOptions options, DateTimeOffset nowUtc)
    {
        if (job.Operation is not (JobOperation.Backup or JobOperation.Restore))
            return null;
        var isRestore = job.Operation is JobOperation.Restore;
        var known = work ?? new JobTimes(job.EntityName, isRestore, default, (times ?? PhaseTimes.None).ByName()) { HasRateLimit = times is { IsThrottled: true } };
        var phases = new Dictionary<string, TimeSpan>(known.Phases, StringComparer.Ordinal) { ["waiting"] = Waiting(job, nowUtc) };
        return SlowJobs.Judge(
            known with { Vm = job.EntityName, IsRestore = isRestore, Elapsed = nowUtc - job.StartUtc, Phases = phases }, isRestore ? options.RestoreSlowAfter : options.BackupSlowAfter);
    }

    /// <summary>Warnings or an item's slowness with what is known now in the place of what was said of the same kind of job before.</summary>
    public static IReadOnlyList<Fault> Replace(IReadOnlyList<Fault> before, JobOperation operation, Fault? now)
    {
        var code = operation is JobOperation.Restore ? Restore : Backup;
        return [.. before.Where(f => f.Code != code), .. now is null ? [] : (Fault[])[now]];
    }

    /// <summary>How long a job waited before a node began to work on it.</summary>
    public static TimeSpan Waiting(JobRow job, DateTimeOffset nowUtc) => (job.BegunUtc ?? nowUtc) - job.StartUtc;
}
