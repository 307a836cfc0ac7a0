using System.Text.Json;

namespace Holdfast.Vault;

/// <summary>A point's plaintext: JSON (docs/vault-format.md, 'Points').</summary>
internal static class PointFormat
{
    private const string Format = "holdfast-point";
    private const int Version = 1;

    public static byte[] Write(Point point)
    {
        using var json = new MemoryStream();
        using (var w = new Utf8JsonWriter(json))
        {
            w.WriteStartObject();
            w.WriteString("format", Format);
            w.WriteNumber("version", Version);
            w.WriteString("vault", point.VaultId.ToString());
            w.WriteString("source", point.SourceId.ToString());
            w.WriteString("point", point.PointId.ToString());
            w.WriteString("createdUtc", point.CreatedUtc.UtcDateTime);
            if (point.Origin is { } origin)
            {
                w.WriteStartObject("origin");
                w.WriteString("vault", origin.Vault.ToString());
                w.WriteString("point", origin.Point.ToString());
                w.WriteEndObject();
            }

            if (point.LockedUntilUtc is { } locked)
            {
                w.WriteString("lockedUntilUtc", locked.UtcDateTime);
            }

            w.WriteStartArray("disks");
            foreach (var disk in point.Disks)
            {
                w.WriteStartObject();
                w.WriteString("name", disk.Name);
                w.WriteNumber("sizeBytes", disk.SizeBytes);
                w.WriteNumber("chunkSizeBytes", disk.ChunkSizeBytes);
                w.WriteString("identity", disk.Identity);
                w.WriteString("mapRoot", disk.MapRoot.ToString());
                w.WriteEndObject();
            }

            w.WriteEndArray();
            w.WriteStartArray("attachments");
            foreach (var attachment in point.Attachments)
            {
                w.WriteStartObject();
                w.WriteString("name", attachment.Name);
                w.WriteNumber("sizeBytes", attachment.SizeBytes);
                w.WriteStartArray("chunks");
                foreach (var id in attachment.Chunks)
                {
                    w.WriteStringValue(id.ToString());
                }

                w.WriteEndArray();
                w.WriteEndObject();
            }

            w.WriteEndArray();
            w.WriteBase64String("properties", point.Properties.Span);
            w.WriteStartObject("statistics");
            w.WriteNumber("logicalBytes", point.Statistics.LogicalBytes);
            w.WriteNumber("readBytes", point.Statistics.ReadBytes);
            w.WriteNumber("zeroBytes", point.Statistics.ZeroBytes);
            w.WriteNumber("newBytes", point.Statistics.NewBytes);
            w.WriteNumber("storedBytes", point.Statistics.StoredBytes);
            w.WriteEndObject();
            w.WriteEndObject();
        }

        return json.ToArray();
    }

    /// <exception cref="VaultException">Damaged, Unsupported.</exception>
    public static Point Read(byte[] json, VaultId vault, SourceId source, PointId point, RetentionMark retention)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (Text(root, "format") != Format)
            {
                throw new FormatException("it isn't a point");
            }

            if (root.GetProperty("version").GetInt32() != Version)
            {
                throw new VaultException(VaultErrorKind.Unsupported, $"Point {point} has a newer format: use a newer version of this program.");
            }

            if (Text(root, "vault") != vault.ToString() || Text(root, "source") != source.ToString() || Text(root, "point") != point.ToString())
            {
                throw new FormatException("its ids are another point's");
            }

            var s = root.GetProperty("statistics");
            return new Point(
                vault, source, point, root.GetProperty("createdUtc").GetDateTimeOffset(),
                [.. root.GetProperty("disks").EnumerateArray().Select(d => ReadDisk(d, point))],
                [.. root.GetProperty("attachments").EnumerateArray().Select(ReadAttachment)],
                root.GetProperty("properties").GetBytesFromBase64(),
                new PointStatistics(
                    s.GetProperty("logicalBytes").GetInt64(), s.GetProperty("readBytes").GetInt64(), s.GetProperty("zeroBytes").GetInt64(),
                    s.GetProperty("newBytes").GetInt64(), s.GetProperty("storedBytes").GetInt64()),
                retention)
            {
                Origin = root.TryGetProperty("origin", out var origin) ? ReadOrigin(origin) : null,
                LockedUntilUtc = root.TryGetProperty("lockedUntilUtc", out var locked) ? locked.GetDateTimeOffset() : null,
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw SealedObject.Damaged(Names.Point(source, point), e.Message, e);
        }
    }

    private static PointOrigin ReadOrigin(JsonElement o) =>
        IdText.TryReadName(Text(o, "vault"), out var vault) && IdText.TryReadName(Text(o, "point"), out var point)
            ? new PointOrigin(new VaultId(vault), new PointId(point))
            : throw new FormatException("its origin makes no sense");

    private static PointDisk ReadDisk(JsonElement d, PointId point)
    {
        var disk = new PointDisk(
            Text(d, "name"), d.GetProperty("sizeBytes").GetInt64(), d.GetProperty("chunkSizeBytes").GetInt32(), Text(d, "identity"),
            Id(Text(d, "mapRoot"))) { Point = point };
        return DiskRules.IsChunkSize(disk.ChunkSizeBytes) && disk.SizeBytes is >= 0 and <= DiskRules.DiskBytesMax
            ? disk
            : throw new FormatException("a disk's sizes make no sense");
    }

    private static PointAttachment ReadAttachment(JsonElement a)
    {
        var attachment = new PointAttachment(Text(a, "name"), a.GetProperty("sizeBytes").GetInt64())
        {
            Chunks = [.. a.GetProperty("chunks").EnumerateArray().Select(c => Id(c.GetString() ?? ""))],
        };
        return attachment.SizeBytes is >= 0 and <= DiskRules.AttachmentBytesMax
            && attachment.Chunks.Count == (attachment.SizeBytes + DiskRules.AttachmentPieceBytes - 1) / DiskRules.AttachmentPieceBytes
                ? attachment
                : throw new FormatException("an attachment's sizes make no sense");
    }

    private static string Text(JsonElement element, string name) =>
        element.GetProperty(name).GetString() ?? throw new FormatException($"{name} is missing");

    private static ChunkId Id(string text) => ChunkId.TryParse(text, out var id) ? id : throw new FormatException("an id makes no sense");
}
