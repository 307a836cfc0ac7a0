namespace Holdfast.Vault;

/// <summary>
/// Gives space back, concurrently with everything else (docs/vault-format.md says why nothing that is referred to goes). A run decides and carries out
/// what an earlier one condemned, if it is time, and condemns what goes next.
/// </summary>
internal sealed class GarbageCollector(BackupVault vault, PointCatalogue points, RetentionStore retention, GcOptions options, IProgress<GcProgress>? progress) : IDisposable
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(1);

    private readonly GcGenerations _generations = new(vault.Frugal, vault.Keys);
    private readonly PackDropper _dropper = new(vault.Frugal, vault.Keys, points, vault.Options.IndexSegmentEntriesMax);
    private readonly PackReader _reader = new(vault.Store, vault.Keys);
    private GcResult _result = new() { DryRun = options.DryRun };
    private (LiveMarks Marks, Marker Marker)? _marked;

    public async Task<GcResult> RunAsync(CancellationToken ct)
    {
        if (options.DryRun)
        {
            var (marks, roots) = await MarkAsync([], ct);
            Tell(Plan(marks, roots), null);
            return _result;
        }

        await vault.CleanUpDeadSessionsAsync(options.DeadSessions, ct);
        await using (var lease = await GcLease.TakeAsync(
            vault.Frugal, vault.Keys, vault.Sessions, vault.Options, options.DeadSessions, ct))
        {
            // Twice: what is condemned now can go at once if neither the grace nor a session stands against it.
            if (await RunRoundAsync(lease, mayCondemn: true, ct))
            {
                await RunRoundAsync(lease, mayCondemn: false, ct);
            }

            await _generations.ClearEndedAsync(ct);
            await _dropper.RemoveEmptySessionsAsync(
                async token =>
                {
                    var pending = new List<CondemnedList?>();
                    foreach (var generation in await _generations.ListUndecidedAsync(token))
                    {
                        pending.Add(await _generations.ReadAsync(generation, token));
                    }

                    return p => pending.All(g => g is null || g.Retired.Contains(p));
                },
                async token =>
                {
                    var (marks, _) = await MarkAsync([], token);
                    return _result.Unreadable.Count == 0 ? marks : null;
                },
                ct);
            // In this order: a record that comes later isn't looked at, and one that is has its pack in the index, if it is anybody's.
            var damage = await vault.Frugal.ListAllAsync(Names.Damage, ct);
            await vault.RefreshAsync(ct);
            await _dropper.ClearDamageAsync(damage, vault.Index.Packs.ContainsKey, ct);
            await retention.ClearOrphansAsync(vault.Sessions, points, ct);
        }

        await vault.StoreRetention.RenewAsync(await vault.GetImmutabilityAsync(ct), ct);
        await SpaceReserve.FillAsync(vault.Store, ct);
        return _result;
    }

    public void Dispose() => _reader.Dispose();

    /// <returns>Whether another round may get further.</returns>
    private async Task<bool> RunRoundAsync(GcLease lease, bool mayCondemn, CancellationToken ct)
    {
        var ripe = await RipeAsync(lease, ct);
        if (ripe.Count == 0 && (!mayCondemn || _result.DroppableFrom is not null))
        {
            return false;
        }

        var (marks, roots) = await MarkAsync(ripe, ct);
        if (_result.Unreadable.Count > 0)
        {
            return false;
        }

        foreach (var list in ripe)
        {
            await DecideAsync(list, marks, roots, lease, ct);
            await CarryOutAsync(list.Generation, lease, ct);
        }

        if (!mayCondemn || _result.DroppableFrom is not null || _result.WaitingFor.Count > 0)
        {
            return false;
        }

        if (ripe.Count > 0)
        {
            (marks, roots) = await MarkAsync([], ct);
        }

        var plan = Plan(marks, roots);
        var condemned = plan.All.ToDictionary(p => p.Pack.Id, p => p.Pack.Session);
        if (condemned.Count == 0 || _result.Unreadable.Count > 0)
        {
            return false;
        }

        var published = new CondemnedList(
            IdText.NewGuid(), vault.Options.TimeProvider.GetUtcNow(), condemned, roots.Sessions.Retired.Keys.ToHashSet());
        await _generations.PublishAsync(published, ct);
        await FixWaitsAsync(published, ct);
        Tell(plan, published.CondemnedUtc + options.Grace);
        return options.Grace <= TimeSpan.Zero;
    }

    /// <summary>The generations that can be decided now. Those that are decided but not carried out are, on the way.</summary>
    private async Task<List<CondemnedList>> RipeAsync(GcLease lease, CancellationToken ct)
    {
        var ripe = new List<CondemnedList>();
        _result = _result with { DroppableFrom = null, PacksCondemned = 0, CondemnedBytes = 0, WaitingFor = [] };
        foreach (var generation in await _generations.ListPendingAsync(ct))
        {
            CondemnedList? list = null;
            Dictionary<PointId, SourceId> waits = [];
            try
            {
                list = await _generations.ReadAsync(generation, ct);
                waits = list is null ? [] : await FixWaitsAsync(list, ct);
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
            {
                await _generations.TryDecideAsync(generation, null, ct);
            }

            if (await CarryOutAsync(generation, lease, ct) || list is null)
            {
                continue;
            }

            var waitingFor = await StillOpenAsync(waits, ct);
            var from = list.CondemnedUtc + options.Grace;
            var now = vault.Options.TimeProvider.GetUtcNow();
            // Of the future: a clock was wrong, then or now. The grace isn't known any more, and nothing rests on it.
            if (waitingFor.Count == 0 && (from <= now || list.CondemnedUtc > now + ClockTolerance))
            {
                ripe.Add(list);
                continue;
            }

            _result = _result with
            {
                PacksCondemned = _result.PacksCondemned + list.Packs.Count,
                CondemnedBytes = _result.CondemnedBytes
                    + list.Packs.Keys.Sum(p => vault.Index.Packs.TryGetValue(p, out var info) ? info.SizeBytes : 0),
                DroppableFrom = _result.DroppableFrom > from ? _result.DroppableFrom : from,
                WaitingFor = [.. _result.WaitingFor.Concat(waitingFor).DistinctBy(s => s.PointId)],
            };
        }

        return ripe;
    }

    private Task<Dictionary<PointId, SourceId>> FixWaitsAsync(CondemnedList list, CancellationToken ct) => _generations.FixWaitsAsync(
        list.Generation,
        async token => (await vault.Sessions.ListAsync(token)).Where(s => s.SourceId != GcLease.Source).ToDictionary(s => s.PointId, s => s.SourceId),
        ct);

    /// <summary>Of the sessions that have to end, those that are registered and have neither committed nor been revoked.</summary>
    private async Task<List<SessionInfo>> StillOpenAsync(Dictionary<PointId, SourceId> waits, CancellationToken ct)
    {
        var open = new List<SessionInfo>();
        foreach (var session in (await vault.Sessions.ListAsync(ct)).Where(s => waits.ContainsKey(s.PointId)))
        {
            if (await vault.Store.GetSizeAsync(Names.Point(session.SourceId, session.PointId), ct) is null
                && await vault.Store.GetSizeAsync(Names.RetiredPoint(session.SourceId, session.PointId), ct) is null)
            {
                open.Add(session);
            }
        }

        return options.DeadSessions.WatchHeartbeats && open.Count > 0
            ? [.. await vault.Sessions.RevokeStillAsync(open, options.DeadSessions, ct)]
            : open;
    }

    private async Task<(LiveMarks Marks, LiveRoots Roots)> MarkAsync(List<CondemnedList> ripe, CancellationToken ct)
    {
        // Roots before index: what is committed in between is in the index, but isn't a candidate.
        var roots = await LiveRoots.ReadAsync(points, p => ripe.All(r => r.Retired.Contains(p)), ct);
        await vault.RefreshAsync(ct);
        // What an earlier marking of this run found over the same index holds: points and pages never change, and a mark too many keeps what could go, no more.
        if (_marked is not { } known || !known.Marks.IsOver(vault.Index.Files))
        {
            var over = new LiveMarks(vault.Index.Files);
            _marked = known = (over, new Marker(vault.Index, over, _reader));
        }

        var (marks, marker) = known;
        var unreadable = roots.Unknown.ToList();
        for (var i = 0; i < roots.Points.Count; i++)
        {
            var point = roots.Points[i];
            if (!await marker.MarkAsync(point, ct))
            {
                if (roots.Sessions.Present.ContainsKey(point.PointId))
                {
                    unreadable.Add(new UnreadablePoint(point.SourceId, point.PointId, "A page of its map can't be read."));
                }
                else
                {
                    // Deleted, but a session may be based on it.
                    roots = roots with { UnknownRetired = true };
                }
            }

            progress?.Report(new GcProgress(GcStage.Mark, i + 1, roots.Points.Count));
        }

        _result = _result with { PointsMarked = roots.Points.Count, Unreadable = unreadable };
        return (marks, roots);
    }

    private GcPlan Plan(LiveMarks marks, LiveRoots roots)
    {
        var sessions = roots.Sessions.All;
        var total = vault.Index.Packs.Values.Sum(p => p.SizeBytes);
        return GcPlan.Make(
            marks.Usage().Values.Where(u => (options.DryRun || !u.Pack.Condemned) && sessions.Contains(u.Pack.Session) && vault.Index.Packs.ContainsKey(u.Pack.Id)),
            options.RepackBelow,
            Math.Max((long)(total * options.RepackBudget), vault.Options.PackBytesTarget));
    }

    /// <summary>Decides which of the condemned packs go, after what is needed of them was written anew.</summary>
    private async Task DecideAsync(CondemnedList list, LiveMarks marks, LiveRoots roots, GcLease lease, CancellationToken ct)
    {
        if (roots.UnknownRetired)
        {
            // What a session may be based on isn't known: these packs go free, and the next generation knows of that point.
            await _generations.TryDecideAsync(list.Generation, null, ct);
            return;
        }

        var repacker = new Repacker(vault, retention, marks);
        var usage = marks.Usage();
        var plan = GcPlan.Make(
            list.Packs.Keys.Where(usage.ContainsKey).Select(p => usage[p]), options.RepackBelow,
            Math.Max((long)(vault.Index.Packs.Values.Sum(p => p.SizeBytes) * options.RepackBudget), vault.Options.PackBytesTarget));
        var repacked = plan.Repack.Count == 0 ? [] : await RepackAsync(repacker, plan.Repack, ct);
        // Afterwards, since that may take hours, and the index was refreshed: of a chunk's other copies some may be known to be damaged by now.
        List<PackUsage> going = [.. await repacker.SparedAsync(plan.Dead, ct), .. repacked];
        await lease.CheckAsync(ct);
        if (await _generations.TryDecideAsync(list.Generation, going.ToDictionary(p => p.Pack.Id, p => p.Pack.Session), ct))
        {
            _result = _result with
            {
                PacksRepacked = _result.PacksRepacked + repacked.Count, PacksKept = _result.PacksKept + list.Packs.Count - going.Count,
            };
        }
    }

    private async Task<List<PackUsage>> RepackAsync(Repacker repacker, IReadOnlyList<PackUsage> packs, CancellationToken ct)
    {
        try
        {
            var (done, written) = await repacker.RunAsync(packs, progress, ct);
            _result = _result with { RepackedBytes = _result.RepackedBytes + written };
            return done;
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.NoSpace)
        {
            // First the packs of which nothing is needed go; the next run has space for this.
            return [];
        }
    }

    /// <returns>False if the generation isn't decided.</returns>
    private async Task<bool> CarryOutAsync(Guid generation, GcLease lease, CancellationToken ct)
    {
        Dictionary<PackId, PointId>? going;
        try
        {
            going = await _generations.ReadDecidedAsync(generation, ct);
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
        {
            // What was decided can't be known any more: its packs stay condemned, which costs space and nothing else.
            return true;
        }

        if (going is null)
        {
            return false;
        }

        var (packs, bytes, kept) = await _dropper.DropAsync(going, lease.CheckAsync, progress, ct);
        if (kept == 0)
        {
            // Not before all is gone: a collector that stood still may carry the verdict out at any time, so what it names stays condemned (INV-11).
            await _generations.EndAsync(generation, ct);
        }

        _result = _result with { PacksDropped = _result.PacksDropped + packs, DroppedBytes = _result.DroppedBytes + bytes };
        return true;
    }

    private void Tell(GcPlan plan, DateTimeOffset? droppableFrom) => _result = _result with
    {
        PacksCondemned = plan.Dead.Count + plan.Repack.Count, CondemnedBytes = plan.FreedBytes, DroppableFrom = droppableFrom,
    };
}
