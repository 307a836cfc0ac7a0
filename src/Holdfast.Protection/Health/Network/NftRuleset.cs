using System.Globalization;
using System.Text.Json;

namespace Holdfast.Protection.Health.Network;

/// <summary>
/// The rules of nftables (<c>nft --json list ruleset</c>, libnftables-json(5)), searched for the one that stops a packet. Pure. What isn't understood
/// never counts as a fit: a rule is only named where all of it is understood.
/// </summary>
internal sealed class NftRuleset
{
    private const int JumpsMax = 16;
    private const int NodesMax = 64;
    private readonly List<JsonElement> _chains = [];
    private readonly Dictionary<(string, string, string), JsonElement> _sets = [];
    private readonly Dictionary<(string, string, string), List<JsonElement>> _rules = [];

    private NftRuleset()
    {
    }

    private enum Verdict
    {
        GoesOn,
        Returns,
        Accepted,
        Stopped,
        Unclear,
    }

    /// <summary>Reads the rules; null for what isn't nftables' JSON.</summary>
    public static NftRuleset? Parse(string json)
    {
        try
        {
            var ruleset = new NftRuleset();
            var document = JsonSerializer.Deserialize(json, NftJson.Default.JsonElement);
            foreach (var entry in document.GetProperty("nftables").EnumerateArray().SelectMany(e => e.EnumerateObject()))
            {
                if (entry.Name == "chain")
                    ruleset._chains.Add(entry.Value);
                else if (entry.Name == "set")
                    ruleset._sets[Key(entry.Value, "name")] = entry.Value;
                else if (entry.Name == "rule" && Key(entry.Value, "chain") is var key)
                    (ruleset._rules.TryGetValue(key, out var rules) ? rules : ruleset._rules[key] = []).Add(entry.Value);
            }

            return ruleset;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The rule, or the chain's policy, that stops a packet; null where none is found.</summary>
    public string? WhatStops(Packet packet)
    {
        foreach (var chain in _chains.Where(c => Text(c, "hook") == packet.Hook && (Text(c, "family") == "inet" || Text(c, "family") == packet.Family)))
        {
            var (verdict, rule) = Walk(Key(chain, "name"), packet, 0);
            if (verdict is Verdict.Stopped)
                return rule;
            if (verdict is Verdict.GoesOn or Verdict.Returns && Text(chain, "policy") == "drop")
                return $"{Place(Key(chain, "name"))}: policy drop";
        }

        return null;
    }

    private (Verdict Verdict, string Rule) Walk((string Family, string Table, string Chain) chain, Packet packet, int depth)
    {
        if (depth > JumpsMax)
            return (Verdict.Unclear, "");
        foreach (var rule in _rules.GetValueOrDefault(chain) ?? [])
        {
            var (verdict, text) = Judge(chain, rule, packet, depth);
            if (verdict is not Verdict.GoesOn)
                return (verdict, text);
        }

        return (Verdict.GoesOn, "");
    }

    private (Verdict, string) Judge((string Family, string Table, string Chain) chain, JsonElement rule, Packet packet, int depth)
    {
        var (words, isClear) = (new List<string>(), true);
        foreach (var statement in rule.TryGetProperty("expr", out var all) && all.ValueKind is JsonValueKind.Array ? all.EnumerateArray().SelectMany(e => e.EnumerateObject()) : [])
        {
            var value = statement.Value;
            switch (statement.Name)
            {
                case "match":
                    var match = NftMatch.Of(value, packet, name => Elements((chain.Family, chain.Table, name)));
                    if (match.Fits is false)
                        return (Verdict.GoesOn, "");
                    isClear &= match.Fits is true;
                    words.Add(match.Text);
                    break;
                case "drop" or "reject":
                    var handle = rule.TryGetProperty("handle", out var number) ? string.Create(CultureInfo.InvariantCulture, $" # handle {number}") : "";
                    return isClear ? (Verdict.Stopped, $"{Place(chain)}: {string.Join(' ', words.Append(statement.Name))}{handle}") : (Verdict.GoesOn, "");
                case "accept":
                    return (isClear ? Verdict.Accepted : Verdict.Unclear, "");
                case "return":
                    return (isClear ? Verdict.Returns : Verdict.Unclear, "");
                case "jump" or "goto" when isClear && value.TryGetProperty("target", out var target):
                    var inner = Walk((chain.Family, chain.Table, target.GetString() ?? ""), packet, depth + 1);
                    if (inner.Verdict is not (Verdict.GoesOn or Verdict.Returns))
                        return inner;
                    if (statement.Name == "goto")
                        return (Verdict.Returns, "");
                    break;
                case "counter" or "log" or "comment" or "mangle" or "notrack":
                    break;
                default:
                    isClear = false;
                    break;
            }
        }

        return (Verdict.GoesOn, "");
    }

    private IReadOnlyList<JsonElement> Elements((string, string, string) set) =>
        _sets.TryGetValue(set, out var found) && found.TryGetProperty("elem", out var elements) && elements.ValueKind is JsonValueKind.Array
            ? [.. elements.EnumerateArray().Take(NodesMax * NodesMax)] : [];

    private static string Place((string Family, string Table, string Chain) chain) => $"{chain.Family} {chain.Table} {chain.Chain}";

    private static (string, string, string) Key(JsonElement entry, string name) => (Text(entry, "family"), Text(entry, "table"), Text(entry, name));

    private static string Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";
}
