using System.Text.Json;

namespace Holdfast.Vault;

/// <summary>The plaintexts of the objects below <c>gc/</c>: JSON (docs/vault-format.md, 'Garbage collection').</summary>
internal static class GcFormat
{
    public const int BytesMax = 256 << 20;

    public static byte[] WriteCondemned(CondemnedList list) => Write(w =>
    {
        w.WriteString("condemnedUtc", list.CondemnedUtc.UtcDateTime);
        WritePacks(w, list.Packs);
        w.WriteStartArray("retired");
        foreach (var point in list.Retired)
        {
            w.WriteStringValue(point.ToString());
        }

        w.WriteEndArray();
    });

    /// <returns>Null if it makes no sense.</returns>
    public static CondemnedList? ReadCondemned(byte[] json, Guid generation) => Read(json, root =>
    {
        var retired = root.GetProperty("retired").EnumerateArray().Select(p => Id(p.GetString())).ToHashSet();
        return new CondemnedList(generation, root.GetProperty("condemnedUtc").GetDateTimeOffset(), ReadPacks(root), retired);
    });

    public static byte[] WriteWaits(IReadOnlyDictionary<PointId, SourceId> sessions) => Write(w =>
    {
        w.WriteStartArray("sessions");
        foreach (var (session, source) in sessions)
        {
            w.WriteStringValue($"{source}/{session}");
        }

        w.WriteEndArray();
    });

    public static Dictionary<PointId, SourceId>? ReadWaits(byte[] json) => Read(json, root =>
    {
        var sessions = new Dictionary<PointId, SourceId>();
        foreach (var text in root.GetProperty("sessions").EnumerateArray().Select(s => s.GetString()?.Split('/')))
        {
            if (text is not [var source, var session])
            {
                throw new FormatException();
            }

            sessions[Id(session)] = new SourceId(Id(source).Value);
        }

        return sessions;
    });

    public static byte[] WritePlan(IReadOnlyDictionary<PackId, PointId> packs) => Write(w => WritePacks(w, packs));

    public static Dictionary<PackId, PointId>? ReadPlan(byte[] json) => Read(json, ReadPacks);

    /// <summary>A verdict names the plan to carry out; none lets every pack go free.</summary>
    public static byte[] WriteVerdict(Guid? plan) => Write(w => w.WriteString("plan", plan is { } id ? id.ToString("N") : ""));

    public static Verdict? ReadVerdict(byte[] json) => Read(json, root =>
        root.GetProperty("plan").GetString() is { Length: > 0 } text ? new Verdict(Id(text).Value) : new Verdict(null));

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        using var json = new MemoryStream();
        using (var w = new Utf8JsonWriter(json))
        {
            w.WriteStartObject();
            content(w);
            w.WriteEndObject();
        }

        return json.ToArray();
    }

    private static T? Read<T>(byte[] json, Func<JsonElement, T> content)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return content(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static void WritePacks(Utf8JsonWriter w, IReadOnlyDictionary<PackId, PointId> packs)
    {
        w.WriteStartArray("packs");
        foreach (var (pack, session) in packs)
        {
            w.WriteStringValue($"{session}/{pack}");
        }

        w.WriteEndArray();
    }

    private static Dictionary<PackId, PointId> ReadPacks(JsonElement root)
    {
        var packs = new Dictionary<PackId, PointId>();
        foreach (var text in root.GetProperty("packs").EnumerateArray().Select(p => p.GetString()?.Split('/')))
        {
            if (text is not [var session, var name] || !PackId.TryParse(name, out var pack))
            {
                throw new FormatException();
            }

            packs[pack] = Id(session);
        }

        return packs;
    }

    private static PointId Id(string? text) => IdText.TryReadName(text ?? "", out var id) ? new PointId(id) : throw new FormatException();

    /// <summary>How a generation ends.</summary>
    internal sealed record Verdict(Guid? Plan);
}
