using Holdfast.Faults;
using Holdfast.Protection.Backup;

namespace Holdfast.Protection.Health;

/// <summary>Where a job's time went, as it recorded itself.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="IsRestore">A restore, else a backup.</param>
/// <param name="Elapsed">All of it.</param>
/// <param name="Phases">Time by phase: waiting, freezing, reading, hashing, compressing, writing.</param>
public sealed record JobTimes(string Vm, bool IsRestore, TimeSpan Elapsed, IReadOnlyDictionary<string, TimeSpan> Phases)
{
    /// <summary>Codes of the reasons for which disks were read whole (HoldfastFirstBackup, HoldfastDiskAdded).</summary>
    public IReadOnlyList<string> FullReasons { get; init; } = [];

    /// <summary>Share of the disks' bytes that was read, for an incremental backup.</summary>
    public double ReadShare { get; init; }

    /// <summary>Whether a rate limit was set.</summary>
    public bool HasRateLimit { get; init; }

    /// <summary>How many disks it has.</summary>
    public int Disks { get; init; }
}

/// <summary>Names the bottleneck of jobs that took too long, and the factors that apply. Pure.</summary>
public static class SlowJobs
{
    /// <summary>How long a backup may take.</summary>
    public static readonly TimeSpan BackupLimit = TimeSpan.FromHours(12);

    /// <summary>How long a restore may take.</summary>
    public static readonly TimeSpan RestoreLimit = TimeSpan.FromHours(6);
    private const double QueueShare = 0.25;
    private const double SlowShare = 0.5;
    private const double ChurnShare = 0.05;
    private const int DisksMany = 8;

    /// <summary>A backup's times, as its result tells them.</summary>
    public static JobTimes TimesOf(BackupResult backup)
    {
        ArgumentNullException.ThrowIfNull(backup);
        var disks = backup.Point.Details.Disks;
        var size = disks.Sum(d => d.SizeBytes);
        return new JobTimes(backup.Point.Details.Name, IsRestore: false, backup.Timing.Total, (backup.Timing.Phases ?? PhaseTimes.None).ByName())
        {
            FullReasons = [.. disks.Select(d => d.Reason).OfType<string>().Distinct()],
            ReadShare = size > 0 ? (double)backup.ReadBytes / size : 0, HasRateLimit = backup.Timing.Phases is { IsThrottled: true }, Disks = disks.Count,
        };
    }

    /// <summary>The fault of a job that took longer than its limit; null for others.</summary>
    public static Fault? Judge(JobTimes job, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        var most = limit ?? (job.IsRestore ? RestoreLimit : BackupLimit);
        if (job.Elapsed <= most)
            return null;
        var bottleneck = job.Phases.OrderByDescending(p => p.Value).ThenBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Key).FirstOrDefault() ?? "reading";
        return job.IsRestore
            ? HealthFaults.RestoreSlow(job.Vm, job.Elapsed, most, bottleneck, Factors(job))
            : HealthFaults.BackupSlow(job.Vm, job.Elapsed, most, bottleneck, Factors(job));
    }

    private static IEnumerable<string> Factors(JobTimes job)
    {
        double Share(string phase) => job.Phases.GetValueOrDefault(phase) / job.Elapsed;
        foreach (var (code, factor) in new[]
        {
            ("HoldfastFirstBackup", "first-full"), ("HoldfastDiskAdded", "new-disk"), ("HoldfastChangeTrackingLost", "tracking-lost"), ("HoldfastRawDiskReadWhole", "raw-disk"),
        })
        {
            if (job.FullReasons.Contains(code))
                yield return factor;
        }

        if (!job.IsRestore && job.FullReasons.Count == 0 && job.ReadShare > ChurnShare)
            yield return "churn";
        if (Share("waiting") > QueueShare)
            yield return "queue";
        if (job.HasRateLimit)
            yield return "throttle";
        if (Share("reading") > SlowShare && !job.HasRateLimit)
            yield return job.IsRestore ? "slow-store" : "slow-source";
        if (Share("writing") > SlowShare)
            yield return job.IsRestore ? "slow-target" : "slow-store";
        if (job.Disks > DisksMany)
            yield return "many-disks";
    }
}
