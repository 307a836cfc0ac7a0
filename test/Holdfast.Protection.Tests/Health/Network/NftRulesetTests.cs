using System.Net;
using Holdfast.Protection.Health.Network;

namespace Holdfast.Protection.Tests.Health.Network;

/// <summary>Rules in nftables' JSON: the one that stops a connection is named, and none where it isn't sure.</summary>
public sealed class NftRulesetTests
{
    private const string Chain = """{"chain":{"family":"inet","table":"t","name":"out","handle":1,"type":"filter","hook":"output","prio":0,"policy":"POLICY"}}""";
    private static readonly Packet Out = new("output", IPAddress.Parse("192.0.2.10"), 443, "eth0");

    [Theory]
    [InlineData("""{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"daddr"}},"right":"192.0.2.10"}},{"drop":null}""", "ip daddr 192.0.2.10 drop")]
    [InlineData("""{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":{"set":[80,{"range":[400,500]}]}}},{"counter":null},{"reject":{}}""", "tcp dport { 80, 400-500 } reject")]
    [InlineData("""{"match":{"op":"!=","left":{"meta":{"key":"oifname"}},"right":"lo"}},{"match":{"op":"in","left":{"ct":{"key":"state"}},"right":"new"}},{"drop":null}""", "oifname != lo ct state new drop")]
    [InlineData("""{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"daddr"}},"right":{"prefix":{"addr":"192.0.2.0","len":24}}}},{"jump":{"target":"deny"}}""", "inet t deny: drop")]
    [InlineData("""{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"daddr"}},"right":"@bad"}},{"drop":null}""", "ip daddr @bad drop")]
    public void A_rule_that_fits_is_named(string rule, string named) => Assert.Contains(named, Rules("accept", rule).WhatStops(Out), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"daddr"}},"right":"192.0.2.11"}},{"drop":null}""")]
    [InlineData("""{"match":{"op":"==","left":{"payload":{"protocol":"ip6","field":"daddr"}},"right":"2001:db8::1"}},{"drop":null}""")]
    [InlineData("""{"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":443}},{"drop":null}""")]
    [InlineData("""{"match":{"op":"in","left":{"ct":{"key":"state"}},"right":["established","related"]}},{"drop":null}""")]
    [InlineData("""{"match":{"op":"==","left":{"meta":{"key":"skuid"}},"right":0}},{"drop":null}""")]
    [InlineData("""{"limit":{"rate":1}},{"drop":null}""")]
    [InlineData("""{"jump":{"target":"out"}}""")]
    public void A_rule_that_does_not_fit_or_is_not_understood_is_not(string rule) => Assert.Null(Rules("accept", rule).WhatStops(Out));

    [Fact]
    public void What_is_allowed_before_is_not_stopped_after()
    {
        var rules = Rules(
            "drop", """{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":443}},{"accept":null}""", """{"drop":null}""");
        Assert.Null(rules.WhatStops(Out));
        Assert.Contains("drop", rules.WhatStops(Out with { Port = 80 }), StringComparison.Ordinal);
        // Perhaps allowed: then it isn't known to be stopped.
        Assert.Null(Rules("drop", """{"match":{"op":"==","left":{"meta":{"key":"skuid"}},"right":0}},{"accept":null}""").WhatStops(Out));
        Assert.Equal("inet t out: policy drop", Rules("drop").WhatStops(Out));
        Assert.Null(Rules("accept").WhatStops(Out));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"nftables":7}""")]
    [InlineData("""{"other":[]}""")]
    public void What_is_no_ruleset_is_none(string json) => Assert.Null(NftRuleset.Parse(json));

    private static NftRuleset Rules(string policy, params string[] rules)
    {
        var more = string.Concat(rules.Select(r => """,{"rule":{"family":"inet","table":"t","chain":"out","handle":5,"expr":[RULE]}}""".Replace("RULE", r, StringComparison.Ordinal)));
        return NftRuleset.Parse("""
            {"nftables":[{"metainfo":{"version":"1.0.6"}},{"table":{"family":"inet","name":"t"}},CHAIN,
              {"set":{"family":"inet","table":"t","name":"bad","type":"ipv4_addr","elem":["192.0.2.9",{"prefix":{"addr":"192.0.2.10","len":31}}]}},
              {"chain":{"family":"inet","table":"t","name":"deny","handle":2}},
              {"rule":{"family":"inet","table":"t","chain":"deny","handle":9,"expr":[{"drop":null}]}}MORE]}
            """.Replace("CHAIN", Chain.Replace("POLICY", policy, StringComparison.Ordinal), StringComparison.Ordinal).Replace("MORE", more, StringComparison.Ordinal))!;
    }
}
