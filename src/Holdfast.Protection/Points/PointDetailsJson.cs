using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Protection.Points;

/// <summary>
/// The form in which <see cref="PointDetails"/> lie in a point. INV-R1: a reader takes every document of its own or an older major
/// format; members that it doesn't know are skipped, so a newer minor format stays readable.
/// </summary>
public static class PointDetailsJson
{
    /// <summary>
    /// The newest format. Raised only when a document can't be understood without its new members: 2 has encrypted disks, which a reader of 1
    /// would write in the clear. What can be said in an older format is. A TPM's state needs no new one: a reader without it refuses the VM by its definition.
    /// </summary>
    public const int Format = 2;

    private const int DocumentBytesMax = 4 * 1024 * 1024;

    /// <summary>Writes the details as UTF-8 JSON.</summary>
    public static byte[] Write(PointDetails details)
    {
        ArgumentNullException.ThrowIfNull(details);
        return JsonSerializer.SerializeToUtf8Bytes(new PointDocument(details.Disks.Any(d => d.IsEncrypted) ? Format : 1, details), PointJsonContext.Default.PointDocument);
    }

    /// <summary>Reads details.</summary>
    /// <exception cref="FormatException">The document is damaged, or of a format newer than this program's.</exception>
    public static PointDetails Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > DocumentBytesMax)
            throw new FormatException($"The point's properties are larger than {DocumentBytesMax} bytes.");
        try
        {
            var document = JsonSerializer.Deserialize(json.Span, PointJsonContext.Default.PointDocument)
                ?? throw new FormatException("The point's properties are empty.");
            if (document.Format is < 1 or > Format)
                throw new FormatException($"The point's properties are of format {document.Format}; this program reads up to {Format}.");
            return document.Details is { Disks: not null, Name: not null, Host: not null } details
                ? details
                : throw new FormatException("The point's properties lack what every point has.");
        }
        catch (JsonException e)
        {
            throw new FormatException("The point's properties can't be read: " + e.Message, e);
        }
    }
}

/// <summary>The document around the details.</summary>
/// <param name="Format">Its format.</param>
/// <param name="Details">The details.</param>
internal sealed record PointDocument(int Format, PointDetails Details);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    MaxDepth = 16)]
[JsonSerializable(typeof(PointDocument))]
internal sealed partial class PointJsonContext : JsonSerializerContext;
