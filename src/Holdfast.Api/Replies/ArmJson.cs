using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Api.Replies;

/// <summary>Writes JSON bodies.</summary>
internal static class ArmJson
{
    // Bodies are never put into HTML, and Chinese texts stay readable on the wire.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Texts = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The JSON as text.</summary>
    public static string Text(JsonNode body) => body.ToJsonString(Texts);

    public static async Task WriteAsync(HttpResponse response, JsonNode body, CancellationToken ct)
    {
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        var writer = new Utf8JsonWriter(response.BodyWriter, Options);
        await using (writer)
            body.WriteTo(writer);
        await response.BodyWriter.FlushAsync(ct);
    }
}
