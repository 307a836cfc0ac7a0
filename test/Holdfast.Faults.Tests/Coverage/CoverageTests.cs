using System.Text.RegularExpressions;

namespace Holdfast.Faults.Tests.Coverage;

public sealed partial class CoverageTests
{
    // Conditions of Windows guests, of which this machine can run none.
    private static readonly string[] Windows = ["B14", "B15", "B19", "B20", "B22", "B23", "B25", "B26", "A02", "A06", "A09", "A10", "S02"];

    private static readonly string Page = Path.Combine(RepositoryRoot(), "docs/faults/coverage.md");

    [GeneratedRegex(@"`(Holdfast\.[A-Za-z.]+\.Tests)` ([A-Za-z0-9]+\.[A-Za-z0-9\\_]+)")]
    private static partial Regex NamedTest { get; }

    [Fact]
    public void A_test_that_proves_a_condition_has_its_id_in_its_name_and_a_replay_its_reason()
    {
        foreach (var proof in ProvenConditions.Read())
        {
            Assert.Contains(proof.Condition, ConditionsTests.All);
            Assert.Contains(proof.Condition, proof.Test, StringComparison.OrdinalIgnoreCase);
            Assert.True(proof.Proof == Proof.Provocation || Windows.Contains(proof.Condition) || proof.Why.Length > 0, proof.Test + " doesn't say why it is a replay");
        }
    }

    [Fact]
    public void The_table_has_every_condition_and_claims_nothing_that_no_test_shows()
    {
        var proven = ProvenConditions.Read();
        if (Environment.GetEnvironmentVariable("HOLDFAST_WRITE_COVERAGE") is not null)
        {
            File.WriteAllText(Page, CoverageTable.Write(proven));
        }

        var page = File.ReadAllText(Page);
        var rows = page.Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(1).ToDictionary(l => l[2..5]);
        Assert.Equal(ConditionsTests.All, rows.Keys);
        foreach (var (condition, row) in rows)
        {
            Assert.All(FaultCatalogue.Shared.Entries.Where(e => e.Conditions.Contains(condition)), e => Assert.Contains($"[{e.Code}](en/{e.Code}.md)", row, StringComparison.Ordinal));
            foreach (Match named in NamedTest.Matches(row))
            {
                // An assembly that wasn't built, as when a project is tested alone, can't be asked.
                Assert.True(
                    !ProvenConditions.Assemblies.ContainsKey(named.Groups[1].Value)
                    || proven.Any(p => p.Condition == condition && CoverageTable.Name(p) == named.Value), named.Value);
            }
        }
    }

    private static string RepositoryRoot()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Holdfast.slnx")))
        {
            root = Path.GetDirectoryName(root)!;
        }

        return root;
    }
}
