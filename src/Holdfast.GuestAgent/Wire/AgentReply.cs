using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Holdfast.GuestAgent.Wire;

/// <summary>Reads a raw reply: the only place where an agent's bytes become values (INV-1).</summary>
internal static class AgentReply
{
    private static readonly JsonDocumentOptions Strict = new()
    {
        MaxDepth = GuestAgentLimits.ReplyDepth,
        AllowDuplicateProperties = false,
    };

    public static T Read<T>(string reply, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(reply);
        if (reply.Length > GuestAgentLimits.ReplyChars)
            throw new GuestAgentException(GuestAgentErrorKind.LimitExceeded, $"The agent's reply is longer than {GuestAgentLimits.ReplyChars} characters.");
        try
        {
            using var document = JsonDocument.Parse(reply, Strict);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw Broken("isn't an object");
            if (root.TryGetProperty("error", out var error))
                throw GuestError(error);
            if (!root.TryGetProperty("return", out var value))
                throw Broken("has neither result nor error");
            return value.Deserialize(type) ?? throw Broken("has an empty result");
        }
        // ArgumentException and InvalidOperationException: texts that aren't valid UTF-16 (a lone surrogate, escaped or not).
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw Broken("can't be read", e);
        }
    }

    public static GuestAgentException Broken(string what, Exception? inner = null) =>
        new(GuestAgentErrorKind.ProtocolError, $"The agent's reply {what}.", inner);

    private static GuestAgentException GuestError(JsonElement error)
    {
        if (error.ValueKind != JsonValueKind.Object)
            return Broken("holds an error that isn't an object");
        string? Text(string name) => error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return GuestAgentException.FromGuest(Text("class"), Text("desc"));
    }
}
