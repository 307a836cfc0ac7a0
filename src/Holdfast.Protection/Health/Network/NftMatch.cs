using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Holdfast.Protection.Health.Network;

/// <summary>One condition of a rule.</summary>
/// <param name="Fits">Whether a packet has it; null where it isn't understood.</param>
/// <param name="Text">The condition as nft writes it.</param>
internal sealed record NftMatch(bool? Fits, string Text)
{
    private static readonly NftMatch Unclear = new(null, "?");

    /// <summary>Judges a condition by a packet.</summary>
    /// <param name="match">The condition: left, op, right.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="elements">The elements of a named set.</param>
    public static NftMatch Of(JsonElement match, Packet packet, Func<string, IReadOnlyList<JsonElement>> elements)
    {
        if (match.ValueKind is not JsonValueKind.Object || !match.TryGetProperty("left", out var left) || left.ValueKind is not JsonValueKind.Object
            || !match.TryGetProperty("right", out var right))
            return Unclear;
        var negated = match.TryGetProperty("op", out var op) && op.ValueEquals("!=");
        if (!negated && op.ValueKind is JsonValueKind.String && !op.ValueEquals("==") && !op.ValueEquals("in"))
            return Unclear;
        var named = right.ValueKind is JsonValueKind.String && right.GetString() is ['@', .. var name] ? elements(name) : null;
        if (Side(left, packet) is not var (text, fits))
            return Unclear;
        var any = named is not null ? Any(named, fits) : OfValue(right, fits);
        return new NftMatch(any is null ? null : any != negated, $"{text} {(negated ? "!= " : "")}{Show(right)}");
    }

    // What stands on the left, and how a value on the right is compared with the packet's.
    private static (string Text, Func<JsonElement, bool?> Fits)? Side(JsonElement left, Packet packet)
    {
        var port = packet.IsOut ? "dport" : "sport";
        var address = packet.IsOut ? "daddr" : "saddr";
        if (left.TryGetProperty("payload", out var payload) && payload.TryGetProperty("protocol", out var protocol) && payload.TryGetProperty("field", out var field))
        {
            var (on, what) = (protocol.GetString(), field.GetString());
            return (on, what) switch
            {
                ("tcp" or "th", _) when what == port => ($"{on} {what}", v => PortFits(v, packet.Port)),
                ("ip" or "ip6", _) when what == address => ($"{on} {what}", v => on == packet.Family ? AddressFits(v, packet.Address) : false),
                ("ip" or "ip6", "protocol" or "nexthdr") => ($"{on} {what}", v => on == packet.Family ? ProtocolFits(v) : false),
                ("udp" or "icmp" or "icmpv6" or "sctp", _) => ($"{on} {what}", _ => false),
                _ => null,
            };
        }

        if (left.TryGetProperty("meta", out var meta) && meta.TryGetProperty("key", out var key))
        {
            return key.GetString() switch
            {
                "l4proto" => ("meta l4proto", ProtocolFits),
                "nfproto" => ("meta nfproto", v => Word(v) is { } w ? w is "ipv4" or "2" ? packet.Family == "ip" : packet.Family == "ip6" : null),
                "oifname" or "oif" when packet.IsOut => ("oifname", v => InterfaceFits(v, packet.Interface)),
                "iifname" or "iif" when !packet.IsOut => ("iifname", v => InterfaceFits(v, packet.Interface)),
                _ => null,
            };
        }

        return left.TryGetProperty("ct", out var ct) && ct.TryGetProperty("key", out var of) && of.ValueEquals("state")
            ? ("ct state", v => Word(v) is { } state ? state == packet.State || state == (packet.IsOut ? "8" : "2") : null) : null;
    }

    private static bool? OfValue(JsonElement value, Func<JsonElement, bool?> fits) =>
        value.ValueKind is JsonValueKind.Array ? Any([.. value.EnumerateArray()], fits)
        : value.ValueKind is JsonValueKind.Object && value.TryGetProperty("set", out var set) && set.ValueKind is JsonValueKind.Array ? Any([.. set.EnumerateArray()], fits)
        : value.ValueKind is JsonValueKind.Object && value.TryGetProperty("elem", out var element) && element.TryGetProperty("val", out var inner) ? fits(inner)
        : fits(value);

    private static bool? Any(IReadOnlyList<JsonElement> values, Func<JsonElement, bool?> fits)
    {
        var all = values.Select(v => OfValue(v, fits)).ToList();
        return all.Contains(true) ? true : all.Contains(null) ? null : false;
    }

    private static bool? PortFits(JsonElement value, int port)
    {
        if (Number(value) is { } single)
            return single == port;
        return value.ValueKind is JsonValueKind.Object && value.TryGetProperty("range", out var range) && range.GetArrayLength() == 2
            && Number(range[0]) is { } from && Number(range[1]) is { } to ? from <= port && port <= to : null;
    }

    private static bool? AddressFits(JsonElement value, IPAddress address)
    {
        if (value.ValueKind is JsonValueKind.String)
            return IPAddress.TryParse(value.GetString(), out var single) ? single.Equals(address) : null;
        if (value.ValueKind is not JsonValueKind.Object)
            return null;
        if (value.TryGetProperty("prefix", out var prefix) && prefix.TryGetProperty("addr", out var start) && prefix.TryGetProperty("len", out var length))
            return IPNetwork.TryParse($"{start.GetString()}/{length}", out var network) ? network.Contains(address) : null;
        return value.TryGetProperty("range", out var range) && range.GetArrayLength() == 2 && IPAddress.TryParse(range[0].GetString(), out var from)
            && IPAddress.TryParse(range[1].GetString(), out var to) ? Compare(from, address) <= 0 && Compare(address, to) <= 0 : null;
    }

    private static int Compare(IPAddress left, IPAddress right) => left.GetAddressBytes().AsSpan().SequenceCompareTo(right.GetAddressBytes());

    private static bool? ProtocolFits(JsonElement value) => Word(value) is { } word ? word is "tcp" or "6" : null;

    private static bool? InterfaceFits(JsonElement value, string? name) => name is null || Word(value) is not { } pattern ? null
        : pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern;

    private static string? Word(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    private static int? Number(JsonElement value) => Word(value) is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Show(JsonElement value) => Word(value) ?? (value.ValueKind is JsonValueKind.Array ? $"{{ {string.Join(", ", value.EnumerateArray().Take(8).Select(Show))} }}"
        : value.ValueKind is not JsonValueKind.Object ? "?"
        : value.TryGetProperty("set", out var set) ? Show(set)
        : value.TryGetProperty("prefix", out var prefix) && prefix.TryGetProperty("addr", out var start) && prefix.TryGetProperty("len", out var length) ? $"{start}/{length}"
        : value.TryGetProperty("range", out var range) && range.GetArrayLength() == 2 ? $"{Show(range[0])}-{Show(range[1])}" : "?");
}
