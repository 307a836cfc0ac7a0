using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Holdfast.ControlPlane.Policies;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Tests.Policies;

/// <summary>Documents that were tampered with, anywhere.</summary>
public sealed class PolicyDocumentProperties
{
    private static readonly string[] Values =
    [
        "null", "true", "0", "1", "-1", "4", "1e99", "\"\"", "\"x\"", "\"Weekly\"", "\"Daily\"", "\"2026-01-01T16:00:00Z\"", "[]", "[null]", "{}",
        "[{}]", "{\"count\":1}", "[[[]]]", "2147483648",
    ];

    [Fact]
    public void A_tampered_policy_is_refused_with_a_fault_or_can_be_carried_out() =>
        Gen.Select(Gen.OneOf(PolicyBodies.All), Gen.Select(Gen.Int[0, 200], Gen.OneOf(Values)).List[1, 3]).Sample((body, changes) =>
        {
            var root = JsonNode.Parse(body)!;
            foreach (var (at, value) in changes)
            {
                var places = Places(root).ToList();
                places[at % places.Count](JsonNode.Parse(value));
            }

            using var document = JsonDocument.Parse(root.ToJsonString());
            PolicyDocument read;
            try
            {
                read = PolicyDocument.Parse(document.RootElement);
            }
            catch (FaultException fault)
            {
                Assert.NotNull(FaultCatalogue.Shared.Find(fault.Fault.Code));
                return;
            }

            var now = DateTimeOffset.UnixEpoch;
            Assert.True(ScheduleCalculator.NextDue(read.Policy, now) > now);
            Assert.Equal(read.ToStoredJson(), PolicyDocument.FromStored(read.ToStoredJson()).ToStoredJson());
        });

    private static IEnumerable<Action<JsonNode?>> Places(JsonNode node) => node switch
    {
        JsonObject o => o.ToList().SelectMany(p => new Action<JsonNode?>[] { v => o[p.Key] = v, _ => o.Remove(p.Key), v => o[p.Key + "X"] = v }
            .Concat(p.Value is null ? [] : Places(p.Value))),
        JsonArray a => Enumerable.Range(0, a.Count).SelectMany(i => new Action<JsonNode?>[] { v => a[i] = v, a.Add }
            .Concat(a[i] is { } item ? Places(item) : [])),
        _ => [],
    };
}
