using System.Globalization;
using System.Text.Json;

namespace Holdfast.Vault;

/// <summary>Open sessions: listing, revoking, cleaning up. INV-6: of commit and revocation exactly one wins.</summary>
internal sealed class SessionRegistry(IObjectStore store, VaultKeys keys, PointCatalogue points, TimeProvider time, WriterIdentity own)
{
    private const int BytesMax = 16 * 1024;

    /// <param name="into">The store: backups don't get at the reserve.</param>
    /// <param name="source">The source.</param>
    /// <param name="session">The session.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task RegisterAsync(IObjectStore into, SourceId source, PointId session, CancellationToken ct)
    {
        using var json = new MemoryStream();
        using (var w = new Utf8JsonWriter(json))
        {
            w.WriteStartObject();
            w.WriteString("source", source.ToString());
            w.WriteString("host", own.Host);
            w.WriteString("bootId", own.BootId);
            w.WriteString("pidNamespace", own.PidNamespace);
            w.WriteNumber("pid", own.ProcessId);
            w.WriteString("startTime", own.StartTime);
            w.WriteString("openedUtc", time.GetUtcNow().UtcDateTime);
            w.WriteEndObject();
        }

        var name = Names.Session(session, source);
        await into.CreateNewAsync(name, SealedObject.Seal(keys, SealLabel.Session, name, json.ToArray()), ct);
    }

    public async Task<IReadOnlyList<SessionInfo>> ListAsync(CancellationToken ct) => (await LookAsync(ct)).Open;

    /// <summary>The open sessions, and the heartbeats of those that have ended.</summary>
    private async Task<(IReadOnlyList<SessionInfo> Open, IReadOnlyList<ObjectName> Orphans)> LookAsync(CancellationToken ct)
    {
        var open = new Dictionary<PointId, SourceId>();
        var beats = new Dictionary<PointId, long>();
        var names = new List<(PointId Session, ObjectName Name)>();
        await foreach (var item in store.ListAsync(Names.Sessions, ct))
        {
            if (item.Name.Value.Split('/') is not [_, var id, var what] || !IdText.TryReadName(id, out var guid))
            {
                continue;
            }

            var session = new PointId(guid);
            if (what.StartsWith("open-", StringComparison.Ordinal) && IdText.TryReadName(what[5..], out var source))
            {
                open[session] = new SourceId(source);
            }
            else if (what.StartsWith("beat-", StringComparison.Ordinal)
                && long.TryParse(what.AsSpan(5), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var beat))
            {
                beats[session] = Math.Max(beat, beats.GetValueOrDefault(session));
                names.Add((session, item.Name));
            }
        }

        var sessions = new List<SessionInfo>();
        foreach (var (session, source) in open)
        {
            if (await TryReadAsync(session, source, beats.GetValueOrDefault(session), ct) is { } info)
            {
                sessions.Add(info);
            }
        }

        return ([.. sessions.OrderBy(s => s.OpenedUtc)], [.. names.Where(n => !open.ContainsKey(n.Session)).Select(n => n.Name)]);
    }

    /// <returns>False if the session has committed: then only its registration is removed.</returns>
    public async Task<bool> RevokeAsync(SourceId source, PointId session, CancellationToken ct)
    {
        var name = Names.Point(source, session);
        var outcome = await store.CreateAsync(name, SealedObject.Seal(keys, SealLabel.Tombstone, name, []), ct);
        if (outcome == CreateOutcome.AlreadyExists && !await points.IsTombstoneAsync(source, session, ct))
        {
            await UnregisterAsync(session, ct);
            return false;
        }

        // A point that was deleted has left its name free: then there is no session to revoke.
        if (await store.GetSizeAsync(Names.RetiredPoint(source, session), ct) is not null)
        {
            if (outcome == CreateOutcome.Created)
            {
                await store.TryDeleteAsync(name, ct);
            }

            return false;
        }

        await RemoveDataAsync(session, ct);
        await UnregisterAsync(session, ct);
        return true;
    }

    /// <summary>Deletes what an uncommitted session stored. The caller has seen to it that it can't commit.</summary>
    public async Task RemoveDataAsync(PointId session, CancellationToken ct)
    {
        var names = new List<ObjectName>();
        foreach (var prefix in (string[])[Names.Packs, Names.Index])
        {
            names.AddRange((await store.ListAllAsync($"{prefix}{session}/", ct)).Select(i => i.Name));
        }

        // What an immutable store keeps goes at a later clean-up: the tombstone stays and tells.
        await store.DeleteManyAsync([.. names, Names.SumsOf(session)], ct);
    }

    public async Task UnregisterAsync(PointId session, CancellationToken ct)
    {
        // In no certain order: it is listed as long as the opening object is there, and heartbeats without one go with the next clean-up.
        var names = (await store.ListAllAsync($"{Names.Sessions}{session}/", ct)).Select(i => i.Name);
        await store.DeleteManyAsync([.. names], ct);
    }

    /// <summary>Removes the registration of a session that has ended here, without asking for what there is of it.</summary>
    public async Task UnregisterAsync(SourceId source, PointId session, IEnumerable<long> beats, CancellationToken ct) =>
        await store.DeleteManyAsync([.. beats.Select(b => Names.Beat(session, b)), Names.Session(session, source)], ct);

    /// <summary>Revokes sessions of dead writers, and clears what a writer wrote after its session was revoked.</summary>
    public async Task<IReadOnlyList<SessionInfo>> CleanUpAsync(DeadSessionOptions options, CancellationToken ct)
    {
        var (all, orphans) = await LookAsync(ct);
        var sessions = all.Where(s => options.Source is not { } only || only == s.SourceId).ToList();
        var dead = sessions.Where(s => s.Writer == WriterState.Dead).ToList();
        if (options.WatchHeartbeats)
        {
            dead.AddRange(await WatchAsync(sessions.Where(s => s.Writer == WriterState.Unknown).ToDictionary(s => s.PointId), options, ct));
        }

        var revoked = new List<SessionInfo>();
        foreach (var session in dead)
        {
            if (await RevokeAsync(session.SourceId, session.PointId, ct))
            {
                revoked.Add(session);
            }
        }

        // A session is opened before its first heartbeat: one without has ended, and only shows no life any more.
        await store.DeleteManyAsync(orphans, ct);
        await ClearTombstonesAsync(ct);
        await store.RemoveRemainsAsync(ct);
        return revoked;
    }

    /// <summary>Revokes those of the sessions whose heartbeat stands still, even if their process is there: it may be stopped.</summary>
    /// <returns>The others.</returns>
    public async Task<IReadOnlyList<SessionInfo>> RevokeStillAsync(IReadOnlyList<SessionInfo> sessions, DeadSessionOptions options, CancellationToken ct)
    {
        var still = (await WatchAsync(sessions.ToDictionary(s => s.PointId), options, ct)).ToList();
        foreach (var session in still)
        {
            await RevokeAsync(session.SourceId, session.PointId, ct);
        }

        return [.. sessions.Except(still)];
    }

    private async Task<IEnumerable<SessionInfo>> WatchAsync(Dictionary<PointId, SessionInfo> suspects, DeadSessionOptions options, CancellationToken ct)
    {
        for (var i = 0; i < options.Observations && suspects.Count > 0; i++)
        {
            await Task.Delay(options.Interval, time, ct);
            var now = (await ListAsync(ct)).ToDictionary(s => s.PointId, s => s.Heartbeat);
            suspects = suspects.Where(s => now.TryGetValue(s.Key, out var beat) && beat == s.Value.Heartbeat).ToDictionary();
        }

        return suspects.Values;
    }

    private async Task ClearTombstonesAsync(CancellationToken ct)
    {
        foreach (var item in (await store.ListAllAsync(Names.Points, ct)).Where(i => i.SizeBytes == SealedObject.OverheadBytes))
        {
            if (Names.TryParsePoint(item.Name, Names.Points, out var source, out var session) && await points.IsTombstoneAsync(source, session, ct))
            {
                await RevokeAsync(source, session, ct);
            }
        }
    }

    private async Task<SessionInfo?> TryReadAsync(PointId session, SourceId source, long beat, CancellationToken ct)
    {
        var name = Names.Session(session, source);
        try
        {
            if (await store.ReadWholeAsync(name, BytesMax, ct) is not { } bytes)
            {
                return null;
            }

            using var json = JsonDocument.Parse(SealedObject.Open(keys, SealLabel.Session, name, bytes));
            var root = json.RootElement;
            var writer = new WriterIdentity(
                root.GetProperty("host").GetString() ?? "", root.GetProperty("bootId").GetString() ?? "",
                root.GetProperty("pidNamespace").GetString() ?? "", root.GetProperty("pid").GetInt32(), root.GetProperty("startTime").GetString() ?? "");
            return new SessionInfo(
                session, source, writer.Host, writer.ProcessId, root.GetProperty("openedUtc").GetDateTimeOffset(), beat, writer.Look());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or VaultException { Kind: VaultErrorKind.Damaged })
        {
            // Its name tells enough to revoke it by its heartbeats.
            return new SessionInfo(session, source, "", 0, DateTimeOffset.UnixEpoch, beat, WriterState.Unknown);
        }
    }
}
