using System.Text.Json;

namespace Holdfast.Vault;

/// <summary>When packs were checked: an object a scrub, of which those that say nothing new any more are removed.</summary>
internal sealed class ScrubLog(IObjectStore store, VaultKeys keys)
{
    private const int BytesMax = 256 << 20;

    /// <summary>When each pack was checked last.</summary>
    public async Task<Dictionary<PackId, DateTimeOffset>> ReadAsync(CancellationToken ct)
    {
        var last = new Dictionary<PackId, DateTimeOffset>();
        foreach (var (_, checkedUtc, packs) in await ReadAllAsync(ct))
        {
            foreach (var pack in packs.Where(p => last.GetValueOrDefault(p) < checkedUtc))
            {
                last[pack] = checkedUtc;
            }
        }

        return last;
    }

    /// <summary>Writes down what was checked now, where the store takes it: one that is full or may not be written to can be checked all the same.</summary>
    public async Task WriteAsync(DateTimeOffset checkedUtc, IReadOnlyCollection<PackId> packs, IReadOnlySet<PackId> present, CancellationToken ct)
    {
        try
        {
            await WriteNewAsync(checkedUtc, packs, present, ct);
        }
        catch (VaultException e) when (e.Kind is VaultErrorKind.PermissionDenied or VaultErrorKind.NoSpace)
        {
            // What is found damaged has to be told; that the packs were checked isn't known then, and they are checked again.
        }
    }

    private async Task WriteNewAsync(DateTimeOffset checkedUtc, IReadOnlyCollection<PackId> packs, IReadOnlySet<PackId> present, CancellationToken ct)
    {
        var name = Names.Scrub(IdText.NewGuid());
        await store.CreateNewAsync(name, SealedObject.Seal(keys, SealLabel.Scrub, name, Write(checkedUtc, packs)), ct);
        // What every pack that is still there was checked after again is of no use.
        var last = await ReadAsync(ct);
        foreach (var (older, at, of) in await ReadAllAsync(ct))
        {
            if (older != name && of.All(p => !present.Contains(p) || last[p] > at))
            {
                await store.DeleteAsync(older, ct);
            }
        }
    }

    internal static byte[] Write(DateTimeOffset checkedUtc, IReadOnlyCollection<PackId> packs)
    {
        using var json = new MemoryStream();
        using (var w = new Utf8JsonWriter(json))
        {
            w.WriteStartObject();
            w.WriteString("checkedUtc", checkedUtc.UtcDateTime);
            w.WriteStartArray("packs");
            foreach (var pack in packs)
            {
                w.WriteStringValue(pack.ToString());
            }

            w.WriteEndArray();
            w.WriteEndObject();
        }

        return json.ToArray();
    }

    /// <returns>Null if it makes no sense.</returns>
    internal static (DateTimeOffset CheckedUtc, List<PackId> Packs)? TryRead(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return (document.RootElement.GetProperty("checkedUtc").GetDateTimeOffset(),
                [.. document.RootElement.GetProperty("packs").EnumerateArray().Select(p =>
                    PackId.TryParse(p.GetString(), out var id) ? id : throw new FormatException())]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private async Task<List<(ObjectName Name, DateTimeOffset CheckedUtc, List<PackId> Packs)>> ReadAllAsync(CancellationToken ct)
    {
        var all = new List<(ObjectName, DateTimeOffset, List<PackId>)>();
        foreach (var item in await store.ListAllAsync(Names.Scrubs, ct))
        {
            try
            {
                if (await store.ReadWholeAsync(item.Name, BytesMax, ct) is { } bytes
                    && TryRead(SealedObject.Open(keys, SealLabel.Scrub, item.Name, bytes)) is { } log)
                {
                    all.Add((item.Name, log.CheckedUtc, log.Packs));
                }
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
            {
                // Then its packs count as not checked.
            }
        }

        return all;
    }
}
