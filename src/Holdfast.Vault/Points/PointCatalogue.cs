namespace Holdfast.Vault;

/// <summary>Which points and committed sessions there are, and the reading of points.</summary>
internal sealed class PointCatalogue(IObjectStore store, VaultKeys keys)
{
    private const long PointBytesMax = 256 * 1024 * 1024;

    /// <summary>Lists points. Objects of a tombstone's length are opened: a point cut to that length must not pass for one.</summary>
    public async Task<List<(SourceId Source, PointId Point)>> ListAsync(SourceId? source, CancellationToken ct)
    {
        var points = new List<(SourceId, PointId)>();
        await foreach (var item in store.ListAsync(source is { } s ? $"{Names.Points}{s}/" : Names.Points, ct))
        {
            if (Names.TryParsePoint(item.Name, Names.Points, out var src, out var point)
                && !(item.SizeBytes == SealedObject.OverheadBytes && await IsTombstoneAsync(src, point, ct)))
            {
                points.Add((src, point));
            }
        }

        return points;
    }

    /// <summary>
    /// The sessions whose packs and index segments count. Points are listed before retired ones: a point that is deleted
    /// in between is retired by then (INV-6).
    /// </summary>
    public async Task<CommittedSessions> ListCommittedAsync(CancellationToken ct)
    {
        var present = (await ListAsync(null, ct)).ToDictionary(p => p.Point, p => p.Source);
        var retired = new Dictionary<PointId, SourceId>();
        await foreach (var item in store.ListAsync(Names.Retired, ct))
        {
            if (Names.TryParsePoint(item.Name, Names.Retired, out var source, out var point))
            {
                retired[point] = source;
            }
        }

        return new CommittedSessions(present, retired);
    }

    /// <summary>What a deleted point held, as its retired object keeps it; null if that isn't there, or doesn't say.</summary>
    public async Task<Point?> ReadRetiredAsync(SourceId source, PointId point, CancellationToken ct)
    {
        var name = Names.RetiredPoint(source, point);
        try
        {
            return await store.ReadWholeAsync(name, PointBytesMax, ct) is { } bytes
                && SealedObject.Open(keys, SealLabel.Retired, name, bytes) is { Length: > 0 } json
                    ? PointFormat.Read(json, keys.Vault, source, point, RetentionMark.None)
                    : null;
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
        {
            return null;
        }
    }

    public async Task<bool> IsTombstoneAsync(SourceId source, PointId point, CancellationToken ct)
    {
        var name = Names.Point(source, point);
        try
        {
            return await store.ReadWholeAsync(name, SealedObject.OverheadBytes, ct) is { } bytes
                && SealedObject.Open(keys, SealLabel.Tombstone, name, bytes).Length == 0;
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
        {
            return false;
        }
    }

    /// <summary>Reads a point; null if there is none (or a tombstone).</summary>
    /// <exception cref="VaultException">Damaged.</exception>
    public async Task<Point?> ReadAsync(SourceId source, PointId point, RetentionMark retention, CancellationToken ct)
    {
        var name = Names.Point(source, point);
        if (await store.ReadWholeAsync(name, PointBytesMax, ct) is not { } bytes
            || (bytes.Length == SealedObject.OverheadBytes && await IsTombstoneAsync(source, point, ct)))
        {
            return null;
        }

        try
        {
            return PointFormat.Read(SealedObject.Open(keys, SealLabel.Point, name, bytes), keys.Vault, source, point, retention);
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
        {
            throw new VaultException(e.Kind, e.Message, e) { ObjectName = name.Value, Points = [point] };
        }
    }
}
