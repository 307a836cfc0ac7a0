namespace Holdfast.Vault;

/// <content>Verification.</content>
public sealed partial class BackupVault
{
    /// <summary>Reads, decrypts and checks every chunk of the points; records damaged packs in the vault.</summary>
    /// <remarks>Whole packs are read, so neighbours of the points' chunks are checked too.</remarks>
    public async Task<VerifyReport> VerifyAsync(IReadOnlyList<Point> points, IProgress<VerifyProgress>? progress, CancellationToken ct)
    {
        _config.Require(VaultOperation.Check);
        await RefreshAsync(ct);
        var verifier = new Verifier(Store, Keys, Index, Options);
        var report = await verifier.RunAsync(points, progress, ct);
        var unreadable = new List<UnreadablePoint>();
        foreach (var point in points)
        {
            try
            {
                if (await _points.ReadAsync(point.SourceId, point.PointId, point.Retention, ct) is null)
                {
                    unreadable.Add(new UnreadablePoint(point.SourceId, point.PointId, "The point's object is gone."));
                }
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
            {
                unreadable.Add(new UnreadablePoint(point.SourceId, point.PointId, e.Message));
            }
        }

        return report with { UnreadablePoints = unreadable };
    }
}
