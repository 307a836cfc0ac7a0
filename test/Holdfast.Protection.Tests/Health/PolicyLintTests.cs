using Holdfast.Protection.Health;

namespace Holdfast.Protection.Tests.Health;

public sealed class PolicyLintTests
{
    private static readonly DateTimeOffset Night = new(2026, 3, 2, 1, 20, 0, TimeSpan.Zero);
    private static readonly Guid Nightly = new("0e1b3a52-5d4c-4f0e-9a27-5a1f6f0c7d11");

    [Fact]
    public void Policies_that_fit_raise_nothing() => Assert.Empty(Codes(Daily("a", 30), Daily("b", 30)));

    [Fact]
    public void A_start_more_than_an_hour_late_is_foreseen_with_a_better_time()
    {
        var results = PolicyLint.Of([Daily("a", 70), Daily("b", 70), Daily("c", 30)], _ => 1);
        var late = results.Where(r => r.Check == "late").Select(r => (r.Fault!.Parameters["vm"], r.Fault.Parameters["delaySeconds"])).ToList();
        Assert.Equal([("c", "8400"), ("b", "4200")], late);
        // a, b and c are done at 01:20 + 170 min = 04:10.
        Assert.Equal("04:12", results.First(r => r.Fault!.Parameters["vm"] == "c").Fault!.Parameters["proposed"]);
    }

    [Fact]
    public void Hosts_do_not_wait_for_each_other() => Assert.Empty(PolicyLint.Of([Daily("a", 70), Daily("b", 70) with { Host = "other" }], _ => 1));

    [Fact]
    public void A_run_that_takes_longer_than_the_time_to_the_next_is_foreseen() =>
        Assert.Equal(["HoldfastPolicyOverlaps"], PolicyLint.Of([Daily("a", 25 * 60)], _ => 4).Where(r => r.Check == "overlap").Select(r => r.Fault!.Code.Value));

    [Fact]
    public void A_start_on_the_hour_is_named_with_some_minutes_past_it()
    {
        var result = Assert.Single(PolicyLint.Of([new("a", "h", "p", Nightly, [Night.AddMinutes(-20), Night.AddMinutes(-20).AddDays(1)], TimeSpan.FromMinutes(5))], _ => 4));
        Assert.Equal("HoldfastPolicyRoundHour", result.Fault!.Code.Value);
        Assert.Equal("01:00", result.Fault.Parameters["time"]);
        Assert.NotEqual("00", result.Fault.Parameters["proposed"][3..]);
    }

    [Fact]
    public void Policies_of_one_name_in_two_vaults_are_told_apart()
    {
        var other = Guid.Parse("b7b0b1c0-3c5e-4d0b-8a49-0e6a1f2c9d22");
        PlannedBackups onTheHour = new("a", "h", "p", Nightly, [Night.AddMinutes(-20)], TimeSpan.FromMinutes(5));
        Assert.Equal(other, Assert.Single(PolicyLint.Of([Daily("b", 5), onTheHour with { PolicyId = other }], _ => 4)).Subject.Id);
        Assert.Equal([Nightly, other], PolicyLint.Of([onTheHour, onTheHour with { PolicyId = other }], _ => 4).Select(r => r.Subject.Id));
    }

    [Fact]
    public void More_than_four_starts_of_a_host_within_an_hour_are_a_crowd()
    {
        Assert.Empty(Codes([.. Enumerable.Range(0, 4).Select(i => Daily($"v{i}", 5))]));
        Assert.Equal(["HoldfastTooManyStartTogether"], Codes([.. Enumerable.Range(0, 5).Select(i => Daily($"v{i}", 5))]));
    }

    private static PlannedBackups Daily(string vm, int minutes) =>
        new(vm, "h", "p", Nightly, [Night, Night.AddDays(1), Night.AddDays(2)], TimeSpan.FromMinutes(minutes));

    private static IEnumerable<string> Codes(params PlannedBackups[] backups) => PolicyLint.Of(backups, _ => 4).Select(r => r.Fault!.Code.Value);
}
