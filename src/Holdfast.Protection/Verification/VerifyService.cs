using System.Globalization;
using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Vault;

namespace Holdfast.Protection.Verification;

/// <summary>Reads points back: every chunk decrypted and compared with its id, every pack with its recorded hash.</summary>
public sealed class VerifyService(EngineContext context)
{
    /// <summary>Verifies points. Damage is a result, not an exception: it is recorded in the vault, and the next backup heals what it can.</summary>
    /// <param name="points">The points.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task<VerifyResult> VerifyAsync(IReadOnlyList<RecoveryPoint> points, IProgress<RunProgress>? progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(points);
        var started = context.Time.GetTimestamp();
        var relay = progress is null ? null : new Relay(progress);
        var report = await FaultMapping.GuardAsync(
            () => context.RequiredVault.VerifyAsync([.. points.Select(p => p.Stored)], relay, ct), FaultSubject.Vault).ConfigureAwait(false);
        return new VerifyResult(report, FaultsOf(report, points), context.Time.GetElapsedTime(started));
    }

    /// <summary>The faults that a report stands for: the damage as a whole, each pack, and each point with the disks concerned.</summary>
    public static IReadOnlyList<Fault> FaultsOf(VerifyReport report, IReadOnlyList<RecoveryPoint> points)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.IsHealthy)
            return [];
        var names = points.ToDictionary(p => p.Id, p => p.Details.Name);
        var faults = new List<Fault>
        {
            report.IsRestorable
                ? VaultFaults.DamageWithoutLoss(report.DamagedPacks.Count)
                : VaultFaults.DamageFound(report.DamagedPacks.Count, report.PointsConcerned.Select(Named)),
        };
        faults.AddRange(report.DamagedPacks.Select(p => VaultFaults.VaultPackDamaged(p.PackId.ToString(), p.Reason)));
        faults.AddRange(report.DamagedIndexSegments.Select(s => VaultFaults.VaultObjectDamaged(s, "the index segment is damaged or missing")));
        faults.AddRange(report.DamagedDisks.GroupBy(d => d.PointId).Select(g => VaultFaults.PointDamaged(
            g.Key.ToString(),
            string.Join(", ", g.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.DiskName}: {d.UnreadableChunks} chunks unreadable"))))));
        faults.AddRange(report.UnreadablePoints.Select(p => VaultFaults.PointDamaged(p.PointId.ToString(), p.Reason)));
        return faults;

        string Named(PointId id) => names.TryGetValue(id, out var name) ? $"{id} ({name})" : id.ToString();
    }

    private sealed class Relay(IProgress<RunProgress> outer) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) =>
            outer.Report(new RunProgress(RunStage.Verify, null, value.BytesDone, value.BytesTotal, 0));
    }
}
