using Holdfast.Faults;
using Holdfast.Protection.Backup;

namespace Holdfast.Protection.Health.Checks;

/// <summary>No job of others stands in a backup's way.</summary>
internal sealed class OtherJobsCheck() : HealthCheck<VmSubject>(HealthArea.Jobs, "others")
{
    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        if (!subject.State.IsActive)
            return [HealthFinding.Passed("none")];
        var jobs = await subject.Probe.GetJobsAsync().ConfigureAwait(false);
        if (jobs.HasBackup)
        {
            return [jobs.IsOurs ? HealthFinding.Passed("a backup of this node is running")
                : HealthFinding.Of("a backup job", BackupFaults.ForeignBackupJob(subject.Name))];
        }

        if (jobs.BlockJobs.Count > 0)
            return [.. jobs.BlockJobs.Select(j => HealthFinding.Of($"{j.Job} on {j.Disk}", BackupFaults.BlockJobActive(subject.Name, j.Disk, j.Job)))];
        return [jobs.DomainJob is { } job ? HealthFinding.Of(job, BackupFaults.DomainJobActive(subject.Name, job)) : HealthFinding.Passed("none")];
    }
}

/// <summary>No dead run of this node left a job, a freeze or scratch files.</summary>
internal sealed class LeftoversCheck() : HealthCheck<VmSubject>(HealthArea.Jobs, "leftovers")
{
    public override Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<HealthFinding>>([subject.Probe.Leftover is { } left
            ? HealthFinding.Of(left, HealthFaults.LeftoverOfDeadRun(subject.Name, left)) : HealthFinding.Passed("none")]);
}

/// <summary>The bitmaps that the next backup counts from are there and sound.</summary>
internal sealed class CheckpointsCheck() : HealthCheck<VmSubject>(HealthArea.Checkpoints, "bitmaps")
{
    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        var all = await subject.Probe.GetCheckpointsAsync().ConfigureAwait(false);
        var findings = new List<HealthFinding>();
        foreach (var checkpoint in all.Where(c => c.Usable is not null && !c.Tracked.IsSubsetOf(c.Usable)))
        {
            var lost = checkpoint.Tracked.Except(checkpoint.Usable!).Order(StringComparer.Ordinal).ToList();
            if (TrackingName.TryParse(checkpoint.Name, out _))
            {
                findings.AddRange(lost.Select(disk => HealthFinding.Of(
                    $"{disk} in {checkpoint.Name}", BackupFaults.ChangeTrackingLost(disk, $"the bitmap of the checkpoint {checkpoint.Name} is missing or broken"))));
            }
            else
            {
                findings.Add(HealthFinding.Of(checkpoint.Name, BackupFaults.ForeignCheckpointInconsistent(
                    subject.Name, [checkpoint.Name], $"its bitmap is missing or broken on {string.Join(' ', lost)}")));
            }
        }

        var ours = all.Count(c => TrackingName.TryParse(c.Name, out _));
        return findings.Count > 0 ? findings : [HealthFinding.Passed(all.Count == 0 ? "none yet" : $"{ours} of holdfast, {all.Count - ours} of others")];
    }
}
