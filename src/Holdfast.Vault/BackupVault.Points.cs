namespace Holdfast.Vault;

/// <content>Points and sessions.</content>
public sealed partial class BackupVault
{
    /// <summary>The points, oldest first; of one source, or all.</summary>
    /// <remarks>Points whose own object is damaged aren't among them: <see cref="ListUnreadablePointsAsync"/> names those.</remarks>
    public async Task<IReadOnlyList<Point>> ListPointsAsync(SourceId? source, CancellationToken ct)
    {
        var (points, _) = await ReadAllAsync(source, ct);
        return points;
    }

    /// <summary>Points that are there but whose own object is damaged.</summary>
    public async Task<IReadOnlyList<UnreadablePoint>> ListUnreadablePointsAsync(SourceId? source, CancellationToken ct)
    {
        var (_, unreadable) = await ReadAllAsync(source, ct);
        return unreadable;
    }

    /// <summary>A point.</summary>
    /// <exception cref="VaultException">PointNotFound, Damaged.</exception>
    public async Task<Point> GetPointAsync(SourceId source, PointId point, CancellationToken ct)
    {
        var (mark, _) = await _retention.ReadLatestAsync(source, point, ct);
        return (mark.Deleting ? null : WithLock(await _points.ReadAsync(source, point, mark.Mark, ct))) ?? throw NotFound(point);
    }

    /// <summary>Deletes a point. Its space comes back by garbage collection.</summary>
    /// <exception cref="VaultException">PointProtected, PointLocked, PointNotFound.</exception>
    public async Task DeletePointAsync(SourceId source, PointId point, CancellationToken ct)
    {
        var config = await RequireAsync(VaultOperation.Write, ct);
        var (mark, generation) = await _retention.ReadLatestAsync(source, point, ct);
        var name = Names.Point(source, point);
        if (await Store.GetSizeAsync(name, ct) is not { } size
            || (size == SealedObject.OverheadBytes && await _points.IsTombstoneAsync(source, point, ct)))
        {
            throw NotFound(point);
        }

        if (!mark.Deleting)
        {
            if (mark.Mark.Holds(Options.TimeProvider.GetUtcNow()))
            {
                throw new VaultException(VaultErrorKind.PointProtected, $"Point {point} is protected, or has to be kept longer.") { Points = [point] };
            }

            await RequireUnlockedAsync(config.Immutability, source, point, ct);
            await _retention.WriteAsync(source, point, generation + 1, new(mark.Mark, true), ct);
            await RequireStillUnlockedAsync(config.Immutability, source, point, generation + 1, mark.Mark, ct);
        }
        else if (source != Repacker.Source && await Store.GetSizeAsync(Names.RetiredPoint(source, point), ct) is null)
        {
            // Whoever made the mark got no further, and was never told that it is deleted: a lock may have come before the mark.
            await RequireUnlockedOrTakeBackAsync((await RequireAsync(VaultOperation.Write, ct)).Immutability, source, point, generation, mark.Mark, ct);
        }

        var content = await ContentAsync(source, point, ct);

        // Its session's packs go on counting, for other points may share them: the retired object says so from now on.
        // It keeps what the point needed, for garbage collection: another session may be based on it (INV-11).
        var retired = Names.RetiredPoint(source, point);
        await Frugal.CreateAsync(retired, SealedObject.Seal(Keys, SealLabel.Retired, retired, content), CancellationToken.None);
        if (!await Store.TryDeleteAsync(name, CancellationToken.None))
        {
            // The store keeps the object for now; it is no point any more, and a later clean-up removes it.
            return;
        }

        await _retention.DeleteAllAsync(source, point, CancellationToken.None);
    }

    /// <summary>Sets what keeps a point.</summary>
    /// <exception cref="VaultException">PointNotFound, Conflict.</exception>
    public async Task SetRetentionAsync(SourceId source, PointId point, RetentionMark mark, CancellationToken ct)
    {
        await RequireAsync(VaultOperation.Write, ct);
        var (latest, generation) = await _retention.ReadLatestAsync(source, point, ct);
        if (latest.Deleting || await _points.ReadAsync(source, point, latest.Mark, ct) is null)
        {
            throw NotFound(point);
        }

        await _retention.WriteAsync(source, point, generation + 1, new(mark, false), ct);

        // A deletion takes a generation too; but one that came and ended since the mark was read has left it free again.
        if (await Store.GetSizeAsync(Names.RetiredPoint(source, point), ct) is not null)
        {
            throw NotFound(point);
        }
    }

    /// <summary>The sessions that are open.</summary>
    public Task<IReadOnlyList<SessionInfo>> ListSessionsAsync(CancellationToken ct) => Sessions.ListAsync(ct);

    /// <summary>Revokes a session: afterwards it can't commit, and what it stored is deleted.</summary>
    /// <returns>False if it had committed before.</returns>
    public Task<bool> RevokeSessionAsync(SourceId source, PointId point, CancellationToken ct)
    {
        _config.Require(VaultOperation.Write);
        return Sessions.RevokeAsync(source, point, ct);
    }

    /// <summary>Revokes the sessions whose writers are dead, and removes all that dead writers left behind.</summary>
    /// <returns>The sessions revoked.</returns>
    public async Task<IReadOnlyList<SessionInfo>> CleanUpDeadSessionsAsync(DeadSessionOptions options, CancellationToken ct)
    {
        _config.Require(VaultOperation.Write);
        var revoked = await Sessions.CleanUpAsync(options, ct);
        await FinishDeletionsAsync(ct);
        return revoked;
    }

    /// <summary>
    /// Revokes the sessions whose writers are seen to be dead, at once, and begins to watch those that can't be seen, where there are any. Where all is well
    /// that is one listing: what else there may be to clean up takes space only, and goes with the next dead session or with the collection of garbage.
    /// </summary>
    public async Task<SilentSessionWatch> WatchSilentSessionsAsync(DeadSessionOptions options, CancellationToken ct)
    {
        _config.Require(VaultOperation.Write);
        var sessions = (await Sessions.ListAsync(ct)).Where(s => options.Source is not { } only || only == s.SourceId).ToList();
        if (sessions.Any(s => s.Writer == WriterState.Dead))
        {
            await CleanUpDeadSessionsAsync(new DeadSessionOptions { Source = options.Source }, ct);
        }

        return new SilentSessionWatch(sessions.Any(s => s.Writer == WriterState.Unknown) ? token => CleanUpDeadSessionsAsync(options, token) : null);
    }

    private static VaultException NotFound(PointId point) =>
        new(VaultErrorKind.PointNotFound, $"There is no point {point}.") { Points = [point] };

    /// <summary>A point's plaintext, as far as it can be read.</summary>
    private async Task<byte[]> ContentAsync(SourceId source, PointId point, CancellationToken ct)
    {
        try
        {
            return await _points.ReadAsync(source, point, RetentionMark.None, ct) is { } content ? PointFormat.Write(content) : [];
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
        {
            return [];
        }
    }

    private async Task<(List<Point> Points, List<UnreadablePoint> Unreadable)> ReadAllAsync(SourceId? source, CancellationToken ct)
    {
        var listed = await _points.ListAsync(source, ct);
        if (listed.Count == 0)
        {
            // Names tell that much with any keys, and by any description. But a place that lost its vault, such as a folder whose file system isn't mounted any more,
            // holds no points either.
            return await GenerationalObject.HighestAsync(Store, Names.Config, ct) > 0 ? ([], [])
                : throw new VaultException(VaultErrorKind.NotAVault, $"There is no vault in {Store.Description} any more.") { Place = Store.Description };
        }

        await RequireAsync(VaultOperation.Read, ct);

        // Marks after points: those that garbage collection makes are marked before they are there.
        var marks = await _retention.ListAsync(source, ct);
        var points = new List<Point>();
        var unreadable = new List<UnreadablePoint>();
        foreach (var (src, id) in listed)
        {
            try
            {
                var mark = marks.ContainsKey(id) ? (await _retention.ReadLatestAsync(src, id, ct)).Mark : default;
                if (!mark.Deleting && WithLock(await _points.ReadAsync(src, id, mark.Mark, ct)) is { } point)
                {
                    points.Add(point);
                }
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
            {
                unreadable.Add(new UnreadablePoint(src, id, e.Message));
            }
        }

        points.Sort((a, b) => (a.CreatedUtc, a.PointId.Value).CompareTo((b.CreatedUtc, b.PointId.Value)));
        return (points, unreadable);
    }

    /// <summary>Ends deletions that a crash interrupted: marked as being deleted, but still there.</summary>
    private async Task FinishDeletionsAsync(CancellationToken ct)
    {
        if (await _retention.ListAsync(null, ct) is not { Count: > 0 } marks)
        {
            return;
        }

        foreach (var (source, point) in (await _points.ListAsync(null, ct)).Where(p => marks.ContainsKey(p.Point)))
        {
            if ((await _retention.ReadLatestAsync(source, point, ct)).Mark.Deleting)
            {
                await FinishDeletionAsync(source, point, ct);
            }
        }
    }

    /// <summary>Deletes a point that is marked as being deleted; another may just be doing the same, and be the first.</summary>
    internal async Task FinishDeletionAsync(SourceId source, PointId point, CancellationToken ct)
    {
        try
        {
            await DeletePointAsync(source, point, ct);
        }
        catch (VaultException e) when (e.Kind is VaultErrorKind.PointNotFound or VaultErrorKind.PointLocked)
        {
            // It is gone: that is what was wanted. Or it stays: the vault was locked before.
        }
    }

    /// <summary>
    /// A lock that was set before the deletion was marked stops it, and the mark is taken back: who set it was told that it holds. One that is set later
    /// comes after the deletion. Under keys that were renewed nothing is known of it: then whoever finishes the deletion judges it.
    /// </summary>
    private async Task RequireStillUnlockedAsync(
        VaultImmutability before, SourceId source, PointId point, int marked, RetentionMark mark, CancellationToken ct)
    {
        var now = (await RequireAsync(VaultOperation.Write, ct)).Immutability;
        if (now != before)
        {
            await RequireUnlockedOrTakeBackAsync(now, source, point, marked, mark, ct);
        }
    }

    private async Task RequireUnlockedOrTakeBackAsync(
        VaultImmutability now, SourceId source, PointId point, int marked, RetentionMark mark, CancellationToken ct)
    {
        try
        {
            await RequireUnlockedAsync(now, source, point, ct);
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.PointLocked)
        {
            await _retention.WriteAsync(source, point, marked + 1, new(mark, false), CancellationToken.None);
            throw;
        }
    }
}
