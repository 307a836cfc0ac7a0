using Holdfast.Faults;
using Holdfast.Protection.Node;
using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>What is done with a point after its commit: it is kept until the asked date, and read back if asked.</summary>
internal sealed class PointFinish(EngineContext context, BackupOptions options, IProgress<RunProgress>? progress)
{
    /// <summary>Finishes the run that made <paramref name="result"/>.</summary>
    public async Task<BackupResult> FinishAsync(BackupResult result, CancellationToken ct)
    {
        var vault = context.RequiredVault;
        var point = result.Point;
        if (options.RetainUntil is { } until)
        {
            var mark = new RetentionMark(Protected: false, until);
            await vault.SetRetentionAsync(point.Stored.SourceId, point.Id, mark, CancellationToken.None).ConfigureAwait(false);
            point = point with { Stored = point.Stored with { Retention = mark } };
        }

        if (options.VerifyAfter)
        {
            progress?.Report(new RunProgress(RunStage.Verify, null, 0, 0, 0));
            var report = await vault.VerifyAsync(
                [point.Stored], new Progress<VerifyProgress>(p => progress?.Report(new RunProgress(RunStage.Verify, null, p.BytesDone, p.BytesTotal, 0))),
                ct).ConfigureAwait(false);
            if (!report.IsRestorable)
                throw new FaultException(VaultFaults.DamageFound(report.DamagedPacks.Count, report.PointsConcerned.Select(p => p.Value.ToString("N"))));
        }

        return result with { Point = point };
    }
}
