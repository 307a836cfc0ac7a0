namespace Holdfast.Vault;

/// <summary>What may refer to chunks: the points, and those that were deleted since the condemned packs were published.</summary>
/// <param name="Sessions">The committed sessions, as they were listed.</param>
/// <param name="Points">The points to mark.</param>
/// <param name="Unknown">Points that can't be read.</param>
/// <param name="UnknownRetired">Whether there is a newly deleted point of which isn't known what it needed.</param>
internal sealed record LiveRoots(
    CommittedSessions Sessions, IReadOnlyList<Point> Points, IReadOnlyList<UnreadablePoint> Unknown, bool UnknownRetired)
{
    /// <param name="points">The catalogue.</param>
    /// <param name="settled">Deleted points that don't count.</param>
    /// <param name="ct">Cancels it.</param>
    public static async Task<LiveRoots> ReadAsync(PointCatalogue points, Func<PointId, bool> settled, CancellationToken ct)
    {
        var sessions = await points.ListCommittedAsync(ct);
        var roots = new List<Point>();
        var unknown = new List<UnreadablePoint>();
        var unknownRetired = false;
        foreach (var (point, source) in sessions.Present)
        {
            try
            {
                if ((await points.ReadAsync(source, point, RetentionMark.None, ct) ?? await points.ReadRetiredAsync(source, point, ct)) is { } root)
                {
                    roots.Add(root);
                }
                else
                {
                    throw new VaultException(VaultErrorKind.Conflict, $"Point {point} was deleted meanwhile: garbage is collected at the next run.");
                }
            }
            catch (VaultException e) when (e.Kind is VaultErrorKind.Damaged or VaultErrorKind.Unsupported)
            {
                unknown.Add(new UnreadablePoint(source, point, e.Message));
            }
        }

        foreach (var (point, source) in sessions.Retired.Where(r => !sessions.Present.ContainsKey(r.Key) && !settled(r.Key)))
        {
            if (await points.ReadRetiredAsync(source, point, ct) is { } root)
            {
                roots.Add(root);
            }
            else
            {
                unknownRetired = true;
            }
        }

        return new LiveRoots(sessions, roots, unknown, unknownRetired);
    }
}
