using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Faults;

namespace Holdfast.Api.Requests;

/// <summary>
/// The filter of a list, as Azure's clients write it: <c>key eq 'value' and key2 eq 'value2'</c>. A key that the list doesn't know is refused:
/// ignoring it would answer more than was asked for.
/// </summary>
public sealed partial class ListFilter
{
    private const int LengthMax = 4096;

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    private ListFilter()
    {
    }

    /// <summary>The value asked for, or null where the filter doesn't name the key.</summary>
    public string? this[string key] => _values.GetValueOrDefault(key);

    [GeneratedRegex(@"\G\s*([A-Za-z]+)\s+eq\s+(?:'((?:[^']|'')*)'|([^\s']+))(?:\s+and\s+(?=\S)|\s*$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Term { get; }

    /// <summary>Reads the <c>$filter</c> of a request.</summary>
    public static ListFilter Of(HttpRequest request, params ReadOnlySpan<string> keys)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Parse(request.Query["$filter"], keys);
    }

    /// <summary>Reads a filter.</summary>
    public static ListFilter Parse(string? text, params ReadOnlySpan<string> keys)
    {
        var filter = new ListFilter();
        if (string.IsNullOrWhiteSpace(text))
            return filter;
        if (text.Length > LengthMax)
            throw RequestFaults.FilterInvalid(text).ToException();
        for (var at = 0; at < text.Length;)
        {
            var term = Term.Match(text, at);
            var value = term.Groups[2].Success ? term.Groups[2].Value.Replace("''", "'", StringComparison.Ordinal) : term.Groups[3].Value;
            if (!term.Success || !Contains(keys, term.Groups[1].Value) || !filter._values.TryAdd(term.Groups[1].Value, value))
                throw RequestFaults.FilterInvalid(text).ToException();
            at += term.Length;
        }

        return filter;
    }

    /// <summary>Whether the filter lets a value pass: it doesn't name the key, or names this value. Case doesn't count.</summary>
    public bool Admits(string key, string? value) => this[key] is not { } asked || asked.Equals(value, StringComparison.OrdinalIgnoreCase);

    /// <summary>An instant in the form that Azure's job filters use (<c>yyyy-MM-dd hh:mm:ss tt</c>, UTC) or in RFC 3339; null where the key isn't named.</summary>
    public DateTimeOffset? Instant(string key)
    {
        if (this[key] is not { } text)
            return null;
        return DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd hh:mm:ss tt", "yyyy-MM-dd h:mm:ss tt", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd", "O", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
            CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant : throw RequestFaults.FilterInvalid($"{key} eq '{text}'").ToException();
    }

    private static bool Contains(ReadOnlySpan<string> keys, string key)
    {
        foreach (var known in keys)
        {
            if (known.Equals(key, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
