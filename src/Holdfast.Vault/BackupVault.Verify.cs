namespace Holdfast.Vault;

/// <content>Verification.</content>
public sealed partial class BackupVault
{
    /// <summary>Reads, decrypts and checks every chunk of the points; records damaged packs in the vault.</summary>
    /// <remarks>Whole packs are read, so neighbours of the points' chunks are checked too.</remarks>
    public async Task<VerifyReport> VerifyAsync(IReadOnlyList<Point> points, IProgress<VerifyProgress>? progress, CancellationToken ct)
    {
        await RequireAsync(VaultOperation.Check, ct);
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

    /// <summary>Writes index segments anew from packs' own footers where they are missing or damaged. Reading does without; this makes it fast again.</summary>
    /// <returns>How many packs were indexed anew, and how many damaged segments removed.</returns>
    /// <exception cref="VaultException">Conflict: garbage is being collected.</exception>
    public async Task<(int Packs, int Segments)> RebuildIndexAsync(CancellationToken ct)
    {
        await RequireAsync(VaultOperation.Write, ct);
        // Collectors replace segments, too.
        await using var lease = await GcLease.TakeAsync(Frugal, Keys, Sessions, Options, new DeadSessionOptions(), ct);
        // Who renews the keys from now on finds the lease; what was written under newer ones would seem damaged.
        await RequireAsync(VaultOperation.Write, ct);
        var committed = await _points.ListCommittedAsync(ct);
        var done = await new IndexRebuilder(Store, Keys, Options.IndexSegmentEntriesMax).RunAsync(committed.All, ct);
        await RefreshAsync(ct);
        return done;
    }

    /// <summary>Reads packs whole, those first that weren't read for longest; records damage and what was read in the vault.</summary>
    public async Task<ScrubReport> ScrubAsync(ScrubOptions options, IProgress<VerifyProgress>? progress, CancellationToken ct)
    {
        await RequireAsync(VaultOperation.Check, ct);
        await RefreshAsync(ct);
        var verifier = new Verifier(Store, Keys, Index, Options);
        return await new Scrubber(Store, Keys, Index, verifier, Options.TimeProvider, options)
            .RunAsync(await ListPointsAsync(null, ct), progress, ct);
    }
}
