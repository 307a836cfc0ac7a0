using System.Globalization;
using System.Text;

namespace Holdfast.Faults.Tests.Coverage;

/// <summary>docs/faults/coverage.md: for each condition its entries, how they are detected, and the tests that prove it.</summary>
internal static class CoverageTable
{
    private const string NotProven = "not proven yet";

    public static string Write(IReadOnlyList<ProvenCondition> proven)
    {
        var text = new StringBuilder("""
            # Coverage of the troubleshooting conditions

            <!-- Written by `make coverage` from the catalogue and the built tests; a test lets it claim nothing that no test shows. -->

            *Provocation*: the condition is made in a real guest, libvirt, store or network, and an ordinary command or request names it.
            *Replay*: output of the real programs, recorded or constructed from their documentation, is read.


            """);
        var provoked = ConditionsTests.All.Count(c => proven.Any(p => p.Condition == c && p.Proof == Proof.Provocation));
        var replayed = ConditionsTests.All.Count(c => proven.Any(p => p.Condition == c)) - provoked;
        text.Append(CultureInfo.InvariantCulture, $"Of {ConditionsTests.All.Count} conditions {provoked} are proven by provocation, {replayed} by replay alone.\n\n");
        text.Append("| condition | fault: how it is detected | proven by | tests |\n|---|---|---|---|\n");
        foreach (var condition in ConditionsTests.All)
        {
            var tests = proven.Where(p => p.Condition == condition).ToList();
            text.Append(CultureInfo.InvariantCulture, $"| {condition} | {Faults(condition)} | {How(tests)} | {string.Join("<br>", tests.Select(Name))} |\n");
        }

        return text.ToString();
    }

    /// <summary>A test as the table names it.</summary>
    public static string Name(ProvenCondition proof) => $"`{proof.Assembly}` {proof.Test.Replace("_", "\\_", StringComparison.Ordinal)}";

    private static string Faults(string condition) => string.Join("<br>", FaultCatalogue.Shared.Entries.Where(e => e.Conditions.Contains(condition))
        .Select(e => $"[{e.Code}](en/{e.Code}.md): {e.Guide!.Detection[FaultLanguage.English]}"));

    private static string How(List<ProvenCondition> tests) => tests.Count == 0 ? NotProven : string.Join("<br>", tests
        .Select(t => t.Proof.ToString().ToLowerInvariant() + (t.Why.Length > 0 ? ": " + t.Why : "")).Distinct());
}
