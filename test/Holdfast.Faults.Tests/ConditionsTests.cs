namespace Holdfast.Faults.Tests;

public sealed class ConditionsTests
{
    /// <summary>The troubleshooting conditions: backup, jobs, restore, performance, agent, snapshot, network.</summary>
    internal static readonly IReadOnlyList<string> All =
    [
        .. new (char Section, int Count)[] { ('B', 26), ('J', 4), ('R', 11), ('P', 3), ('A', 10), ('S', 5), ('N', 8) }
            .SelectMany(s => Enumerable.Range(1, s.Count).Select(n => $"{s.Section}{n:00}")),
    ];

    [Fact]
    public void Every_condition_has_an_entry_and_every_entry_only_known_ones()
    {
        Assert.Equal(67, All.Count);
        Assert.Equal(All.Order(StringComparer.Ordinal), FaultCatalogue.Shared.Entries.SelectMany(e => e.Conditions).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_entry_for_a_condition_says_how_it_shows_and_is_detected()
    {
        foreach (var entry in FaultCatalogue.Shared.Entries.Where(e => e.Conditions.Count > 0))
        {
            foreach (var language in Enum.GetValues<FaultLanguage>())
            {
                var template = entry.Templates[language];
                string[] texts = [entry.Guide!.Symptom[language], entry.Guide.Detection[language], template.Message, template.Cause];
                Assert.Equal(texts.Length, texts.Distinct().Count());
                Assert.All(entry.Guide.Symptom.Values.Concat(entry.Guide.Detection.Values), t => Assert.DoesNotContain('{', t));
            }
        }
    }

    [Fact]
    public void Every_condition_is_explained_for_backups_that_run_in_azure_too() =>
        Assert.Empty(All.Except(FaultCatalogue.Shared.Entries.Where(e => e.Guide is { Azure.Count: > 0 }).SelectMany(e => e.Conditions)));

    [Fact]
    public void The_code_of_azure_that_an_entry_took_over_is_among_its_codes()
    {
        foreach (var entry in FaultCatalogue.Shared.Entries.Where(e => e.Conditions.Count > 0 && !e.Code.Value.StartsWith("Holdfast", StringComparison.Ordinal)))
        {
            Assert.Contains(entry.Code.Value, entry.Guide!.AzureCodes);
        }
    }
}
