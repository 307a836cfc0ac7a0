using System.Globalization;
using Holdfast.Faults;
using Holdfast.Protection.Node;
using Holdfast.Vault;

namespace Holdfast.Protection.Points;

/// <summary>Recovery points: found, listed, protected, deleted, pruned.</summary>
public sealed class PointService(EngineContext context)
{
    private const int PrefixLengthMin = 4;

    /// <summary>The points of a source, newest first. Points that can't be read aren't among them.</summary>
    public Task<IReadOnlyList<RecoveryPoint>> ListAsync(Guid source, CancellationToken ct) => ListCoreAsync(new SourceId(source), ct);

    /// <summary>The points of all sources, newest first.</summary>
    public Task<IReadOnlyList<RecoveryPoint>> ListAllAsync(CancellationToken ct) => ListCoreAsync(null, ct);

    /// <summary>A point by its id, by the first digits of it (four at least), or the newest.</summary>
    /// <param name="source">UUID of the VM or image.</param>
    /// <param name="idOrPrefix">Id or its beginning; null takes the newest.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="FaultException">There is none, or several begin so.</exception>
    public async Task<RecoveryPoint> FindAsync(Guid source, string? idOrPrefix, CancellationToken ct)
    {
        var points = await ListAsync(source, ct).ConfigureAwait(false);
        var name = points.Count > 0 ? points[0].Details.Name : source.ToString();
        if (points.Count == 0 && idOrPrefix is null)
            throw new FaultException(VaultFaults.NoPoints(name));
        if (idOrPrefix is null)
            return points[0];

        var wanted = idOrPrefix.Replace("-", "", StringComparison.Ordinal);
        var found = wanted.Length < PrefixLengthMin ? [] : points
            .Where(p => p.Id.ToString().StartsWith(wanted, StringComparison.OrdinalIgnoreCase)).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new FaultException(VaultFaults.PointNotFound(name, idOrPrefix)),
            _ => throw new FaultException(VaultFaults.PointAmbiguous(idOrPrefix, found.Select(p => p.Id.ToString()))),
        };
    }

    /// <summary>
    /// Deletes points of one source. The base of a checkpoint may go too: the next run then reads those disks whole. Nothing is deleted
    /// if one of them has to stay.
    /// </summary>
    /// <param name="points">The points.</param>
    /// <param name="evenLast">Whether the source's last good point may be among them.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="FaultException">One is protected or must be retained, or no other good point would be left.</exception>
    public async Task DeleteAsync(IReadOnlyCollection<RecoveryPoint> points, bool evenLast, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(points);
        foreach (var point in points)
            RequireFree(point);
        if (!evenLast && points.Count > 0)
            await RequireGoodPointLeftAsync(points, ct).ConfigureAwait(false);
        foreach (var point in points)
            await DeleteAsync(point, ct).ConfigureAwait(false);
    }

    /// <summary>Protects a point for ever, retains it until an instant, or takes both back.</summary>
    /// <param name="point">The point.</param>
    /// <param name="mark">What keeps it from now on.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task ProtectAsync(RecoveryPoint point, RetentionMark mark, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(point);
        await FaultMapping.GuardAsync(
            () => context.RequiredVault.SetRetentionAsync(point.Stored.SourceId, point.Id, mark, ct), FaultSubject.Of(point))
            .ConfigureAwait(false);
    }

    /// <summary>What pruning by <paramref name="rule"/> would do, newest point first. Changes nothing.</summary>
    public async Task<IReadOnlyList<PruneDecision>> PlanPruneAsync(Guid source, PruneRule rule, CancellationToken ct)
    {
        var points = await ListAsync(source, ct).ConfigureAwait(false);

        // To ask a point whether it is whole means to read its maps: only those are asked that the plan looks at, once each.
        var known = new Dictionary<PointId, bool>();
        while (true)
        {
            var open = new List<RecoveryPoint>();
            var plan = PrunePlan.Make(points, rule, IsGood, context.Time.GetUtcNow(), context.Time.LocalTimeZone);
            if (open.Count == 0)
                return plan;
            foreach (var point in open.DistinctBy(p => p.Id))
                known[point.Id] = await IsWholeAsync(point, ct).ConfigureAwait(false);

            bool IsGood(RecoveryPoint point)
            {
                if (known.TryGetValue(point.Id, out var isGood))
                    return isGood;
                open.Add(point);
                return true;
            }
        }
    }

    /// <summary>Deletes the points that <paramref name="decisions"/> let go.</summary>
    /// <returns>The points deleted.</returns>
    public async Task<IReadOnlyList<RecoveryPoint>> PruneAsync(IReadOnlyList<PruneDecision> decisions, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(decisions);
        var gone = new List<RecoveryPoint>();
        foreach (var decision in decisions.Where(d => !d.Keep))
        {
            try
            {
                await DeleteAsync(decision.Point, ct).ConfigureAwait(false);
                gone.Add(decision.Point);
            }
            catch (FaultException e) when (e.InnerException is VaultException
            {
                Kind: VaultErrorKind.PointProtected or VaultErrorKind.PointLocked or VaultErrorKind.PointNotFound,
            })
            {
                // Protected or deleted by somebody else since the plan was made: both are as they should be.
            }
        }

        return gone;
    }

    /// <summary>
    /// Whether all of a point's data is there and not known to be damaged: its disks', and its attachments', without which an encrypted VM has no secrets.
    /// Reads its maps, not its data.
    /// </summary>
    public async Task<bool> IsWholeAsync(RecoveryPoint point, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(point);
        try
        {
            foreach (var disk in point.Stored.Disks)
            {
                await foreach (var _ in context.RequiredVault.FindUnreadableChunksAsync(disk, ct).ConfigureAwait(false))
                    return false;
            }

            return (await context.RequiredVault.FindUnreadableAttachmentsAsync(point.Stored, ct).ConfigureAwait(false)).Count == 0;
        }
        catch (VaultException e) when (e.Kind is VaultErrorKind.Damaged)
        {
            return false;
        }
    }

    private async Task DeleteAsync(RecoveryPoint point, CancellationToken ct)
    {
        RequireFree(point);
        await FaultMapping.GuardAsync(
            () => context.RequiredVault.DeletePointAsync(point.Stored.SourceId, point.Id, ct), FaultSubject.Of(point)).ConfigureAwait(false);
    }

    private void RequireFree(RecoveryPoint point)
    {
        if (point.Stored.IsLocked(context.Time.GetUtcNow()))
            throw new FaultException(FaultMapping.OfLocked(point.Id.ToString(), point.Stored.LockedUntilUtc!.Value));
        if (point.Stored.Retention.Holds(context.Time.GetUtcNow()))
            throw new FaultException(VaultFaults.PointProtected(point.Id.ToString(), HoldText(point.Stored.Retention)));
    }

    // Damaged points may go even if they are all that there is: they are named one by one, and nobody is deprived of a whole one.
    private async Task RequireGoodPointLeftAsync(IReadOnlyCollection<RecoveryPoint> going, CancellationToken ct)
    {
        var gone = going.Select(p => p.Id).ToHashSet();
        var left = (await ListAsync(going.First().Stored.SourceId.Value, ct).ConfigureAwait(false)).Where(p => !gone.Contains(p.Id)).ToList();
        if (await FindNewestGoodAsync(left, ct).ConfigureAwait(false) is not null)
            return;
        var newest = going.OrderByDescending(p => p.CreatedUtc).ToList();
        if (await FindNewestGoodAsync(newest, ct).ConfigureAwait(false) is { } last)
            throw new FaultException(VaultFaults.LastGoodPoint(newest[0].Details.Name, last.ToString()));
    }

    private async Task<PointId?> FindNewestGoodAsync(IReadOnlyList<RecoveryPoint> points, CancellationToken ct)
    {
        foreach (var point in points)
        {
            if (await IsWholeAsync(point, ct).ConfigureAwait(false))
                return point.Id;
        }

        return null;
    }

    private async Task<IReadOnlyList<RecoveryPoint>> ListCoreAsync(SourceId? source, CancellationToken ct)
    {
        var stored = await FaultMapping.GuardAsync(
            () => context.RequiredVault.ListPointsAsync(source, ct), FaultSubject.Vault).ConfigureAwait(false);
        return [.. stored.Select(TryRead).OfType<RecoveryPoint>().OrderByDescending(p => p.CreatedUtc)];
    }

    // A point of another program, or of a newer format, isn't ours to show or to prune.
    private static RecoveryPoint? TryRead(Point point)
    {
        try
        {
            return new RecoveryPoint(point, PointDetailsJson.Read(point.Properties));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string HoldText(RetentionMark mark) => mark.Protected
        ? "protected"
        : "retained until " + mark.RetainUntil?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
