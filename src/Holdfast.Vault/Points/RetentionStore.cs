using System.Globalization;
using System.Text.Json;

namespace Holdfast.Vault;

/// <summary>
/// Retention marks: generations by exclusive create, the highest counts. Deleting a point takes a generation too,
/// so of a deletion and a protection at the same time exactly one wins (INV-10).
/// </summary>
internal sealed class RetentionStore(IObjectStore store, VaultKeys keys)
{
    private const int BytesMax = 4096;

    public async Task<Dictionary<PointId, int>> ListAsync(SourceId? source, CancellationToken ct)
    {
        var generations = new Dictionary<PointId, int>();
        await foreach (var item in store.ListAsync(source is { } s ? $"{Names.Retention}{s}/" : Names.Retention, ct))
        {
            var cut = item.Name.Value.LastIndexOf('/');
            if (ObjectName.TryParse(item.Name.Value[..cut], out var parent) && Names.TryParsePoint(parent, Names.Retention, out _, out var point)
                && int.TryParse(item.Name.Value.AsSpan(cut + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var generation))
            {
                generations[point] = Math.Max(generation, generations.GetValueOrDefault(point));
            }
        }

        return generations;
    }

    /// <summary>A mark. One that is damaged holds its point: better too long than not long enough.</summary>
    public async Task<StoredMark> ReadAsync(SourceId source, PointId point, int generation, CancellationToken ct)
    {
        if (generation == 0)
        {
            return default;
        }

        var name = Names.RetentionMark(source, point, generation);
        try
        {
            if (await store.ReadWholeAsync(name, BytesMax, ct) is not { } bytes)
            {
                throw new VaultException(VaultErrorKind.Conflict, $"The mark {name} was just replaced.");
            }

            using var json = JsonDocument.Parse(SealedObject.Open(keys, SealLabel.Retention, name, bytes));
            var until = json.RootElement.GetProperty("retainUntilUtc");
            return new StoredMark(
                new RetentionMark(
                    json.RootElement.GetProperty("protected").GetBoolean(),
                    until.ValueKind == JsonValueKind.Null ? null : until.GetDateTimeOffset()),
                json.RootElement.GetProperty("deleting").GetBoolean());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or VaultException { Kind: VaultErrorKind.Damaged })
        {
            return new StoredMark(new RetentionMark(true, null), false);
        }
    }

    public async Task<(StoredMark Mark, int Generation)> ReadLatestAsync(SourceId source, PointId point, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            var generation = (await ListAsync(source, ct)).GetValueOrDefault(point);
            try
            {
                return (await ReadAsync(source, point, generation, ct), generation);
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Conflict && attempt < 5)
            {
                // Replaced between listing and reading.
            }
        }
    }

    /// <exception cref="VaultException">Conflict: somebody else wrote this generation.</exception>
    public async Task WriteAsync(SourceId source, PointId point, int generation, StoredMark mark, CancellationToken ct)
    {
        using var json = new MemoryStream();
        using (var w = new Utf8JsonWriter(json))
        {
            w.WriteStartObject();
            w.WriteBoolean("protected", mark.Mark.Protected);
            if (mark.Mark.RetainUntil is { } until)
            {
                w.WriteString("retainUntilUtc", until.UtcDateTime);
            }
            else
            {
                w.WriteNull("retainUntilUtc");
            }

            w.WriteBoolean("deleting", mark.Deleting);
            w.WriteEndObject();
        }

        var name = Names.RetentionMark(source, point, generation);
        await store.CreateNewAsync(name, SealedObject.Seal(keys, SealLabel.Retention, name, json.ToArray()), ct);
        var there = await store.ListAllAsync($"{Names.Retention}{source}/{point}/", ct);
        if (there.Any(t => string.CompareOrdinal(t.Name.Value, name.Value) > 0))
        {
            // Late: others have written since this one's generation was chosen, and the older ones that went left it free.
            await store.DeleteAsync(name, CancellationToken.None);
            throw new VaultException(VaultErrorKind.Conflict, $"The mark {name} was just replaced.");
        }

        if (generation > 1)
        {
            await store.DeleteAsync(Names.RetentionMark(source, point, generation - 1), ct);
        }
    }

    /// <summary>Removes marks of deletions that are over, and of points that never came to be.</summary>
    public async Task ClearOrphansAsync(SessionRegistry sessions, PointCatalogue points, CancellationToken ct)
    {
        // In this order: whoever makes a mark before its point has a session all the while.
        var marked = new HashSet<(SourceId Source, PointId Point)>();
        await foreach (var item in store.ListAsync(Names.Retention, ct))
        {
            if (ObjectName.TryParse(item.Name.Value[..item.Name.Value.LastIndexOf('/')], out var parent)
                && Names.TryParsePoint(parent, Names.Retention, out var source, out var point))
            {
                marked.Add((source, point));
            }
        }

        var open = (await sessions.ListAsync(ct)).Select(s => s.PointId).ToHashSet();
        marked.ExceptWith(await points.ListAsync(null, ct));
        foreach (var (source, point) in marked.Where(m => !open.Contains(m.Point)))
        {
            await DeleteAllAsync(source, point, ct);
        }
    }

    public async Task DeleteAllAsync(SourceId source, PointId point, CancellationToken ct)
    {
        foreach (var item in await store.ListAllAsync($"{Names.Retention}{source}/{point}/", ct))
        {
            await store.DeleteAsync(item.Name, ct);
        }
    }

    /// <summary>A mark as it is stored.</summary>
    internal readonly record struct StoredMark(RetentionMark Mark, bool Deleting);
}
