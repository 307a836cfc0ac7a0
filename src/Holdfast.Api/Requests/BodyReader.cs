using System.Text.Json;
using Holdfast.Faults;

namespace Holdfast.Api.Requests;

/// <summary>Reads a request's body within a limit.</summary>
public static class BodyReader
{
    /// <summary>Largest body, in bytes. Policies are the largest bodies that there are, at a few kilobytes.</summary>
    public const int BytesMax = 1 << 20;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Refuses a body by its announced length, without reading it.</summary>
    public static void CheckLength(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.ContentLength > BytesMax)
            throw RequestFaults.BodyTooLarge(BytesMax).ToException();
    }

    /// <summary>Reads the body as a JSON object.</summary>
    public static async Task<BodyObject> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        CheckLength(request);
        if (request.ContentType is { Length: > 0 } type && !request.HasJsonContentType())
            throw RequestFaults.MediaTypeUnsupported(type).ToException();
        using var buffer = new MemoryStream();
        var block = new byte[16 << 10];
        for (int read; (read = await request.Body.ReadAsync(block, ct)) > 0;)
        {
            if (buffer.Length + read > BytesMax)
                throw RequestFaults.BodyTooLarge(BytesMax).ToException();
            buffer.Write(block, 0, read);
        }

        if (buffer.Length == 0)
            throw RequestFaults.BodyUnreadable("empty").ToException();
        try
        {
            using var document = JsonDocument.Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), Strict);
            return BodyObject.Root(document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw RequestFaults.BodyUnreadable(FormattableString.Invariant($"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}")).ToException(e);
        }
    }
}
