using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Api.Requests;
using Holdfast.Api.Routing;
using Holdfast.Faults;

namespace Holdfast.Api.Replies;

/// <summary>A page of a list: <c>{"value":[…],"nextLink"}</c>.</summary>
/// <param name="Skip">Entries on the pages before.</param>
/// <param name="Take">Entries on this one.</param>
internal readonly record struct Page(int Skip, int Take)
{
    private const int TakeDefault = 200;
    private const int TakeMax = 1000;

    /// <summary>Which page a request asks for.</summary>
    public static Page Of(HttpRequest request)
    {
        var skip = Number(request.Query["$skipToken"], 0, int.MaxValue - TakeMax) ?? 0;
        return new(skip, Number(request.Query["$top"], 1, TakeMax) ?? TakeDefault);
    }

    /// <summary>Answers a list that is in memory.</summary>
    public static ArmReply Of<T>(ArmCall call, IEnumerable<T> all, Func<T, JsonNode> render)
    {
        var page = Of(call.Http.Request);
        return page.Reply(call, [.. all.Skip(page.Skip).Take(page.Take + 1)], render);
    }

    /// <summary>Answers this page of a list.</summary>
    /// <param name="call">The request.</param>
    /// <param name="entries">The page's entries, and one more where there are more pages.</param>
    /// <param name="render">Writes an entry.</param>
    /// <param name="token">What the next page goes on from, for lists that aren't counted from their begin; null for those that are.</param>
    public ArmReply Reply<T>(ArmCall call, IReadOnlyList<T> entries, Func<T, JsonNode> render, Func<T, long>? token = null)
    {
        var body = new JsonObject { ["value"] = new JsonArray([.. entries.Take(Take).Select(render)]) };
        if (entries.Count > Take)
            body["nextLink"] = NextLink(call.Http.Request, token?.Invoke(entries[Take - 1]) ?? Skip + Take);
        return ArmReply.Ok(body);
    }

    private static int? Number(string? text, int min, int max)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number : throw RequestFaults.SkipTokenInvalid().ToException();
    }

    private static string NextLink(HttpRequest request, long token)
    {
        var query = request.Query.Where(q => !q.Key.Equals("$skipToken", StringComparison.OrdinalIgnoreCase))
            .Select(q => $"{Uri.EscapeDataString(q.Key)}={Uri.EscapeDataString(q.Value.ToString())}")
            .Append(string.Create(CultureInfo.InvariantCulture, $"%24skipToken={token}"));
        return PublicAddress.Of(request) + request.Path.ToUriComponent() + "?" + string.Join('&', query);
    }
}
