using System.Text.Json.Nodes;

namespace Holdfast.Api.Replies;

/// <summary>What a request is answered with.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body, or null for none.</param>
/// <param name="Headers">Headers besides the usual ones.</param>
public sealed record ArmReply(int Status, JsonNode? Body = null, IReadOnlyDictionary<string, string>? Headers = null)
{
    /// <summary>What is sent in place of a body that would be too large to hold, or isn't JSON.</summary>
    public ArmContent? Content { get; init; }

    /// <summary>200 without a body.</summary>
    public static ArmReply Empty { get; } = new(StatusCodes.Status200OK);

    /// <summary>204.</summary>
    public static ArmReply NoContent { get; } = new(StatusCodes.Status204NoContent);

    /// <summary>200 with a body.</summary>
    public static ArmReply Ok(JsonNode body) => new(StatusCodes.Status200OK, body);

    /// <summary>200 with content that is written while it is read.</summary>
    public static ArmReply Of(ArmContent content) => new(StatusCodes.Status200OK) { Content = content };

    /// <summary>201 with the new resource.</summary>
    public static ArmReply Created(JsonNode body) => new(StatusCodes.Status201Created, body);
}
