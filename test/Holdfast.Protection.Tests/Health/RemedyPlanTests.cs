using Holdfast.Faults;
using Holdfast.Protection.Health;
using Holdfast.Protection.Health.Remedies;

namespace Holdfast.Protection.Tests.Health;

public sealed class RemedyPlanTests
{
    private static readonly HealthSubject Vm = new("vm", "web1", Guid.NewGuid(), "host1");

    [Fact]
    public void Safe_remedies_come_first_and_each_says_what_it_will_do()
    {
        var plan = Plan(
            AgentFaults.AgentNotConnected("web1"), AgentFaults.AgentChannelMissing("web1"), HealthFaults.LeftoverOfDeadRun("web1", "a freeze"),
            BackupFaults.ChangeTrackingLost("vda", "x"), BackupFaults.ChangeTrackingLost("vdb", "x"), HealthFaults.AddressNotReserved("web1", "52:54:00:00:00:01", "10.0.0.5", "lab"),
            WindowsFaults.VssWriterInBadState("web1", "SqlServerWriter", "8", "SQLWriter"));
        Assert.Equal(
            [RemedyKind.AttachChannel, RemedyKind.CleanUpDeadRun, RemedyKind.DropBrokenCheckpoints, RemedyKind.ReserveAddress, RemedyKind.RestartService, RemedyKind.FollowActions],
            plan.Select(r => r.Kind));
        Assert.Equal(plan.Select(r => r.Grade).Order(), plan.Select(r => r.Grade));
        Assert.All(plan.Where(r => r.Grade is not RemedyGrade.Manual), r => Assert.Contains("web1", r.WillDo + r.Subject.Name, StringComparison.Ordinal));
        Assert.Contains("SQLWriter", plan.Single(r => r.Grade is RemedyGrade.Disruptive).WillDo, StringComparison.Ordinal);
    }

    [Fact]
    public void The_agents_own_service_is_restarted_only_by_who_allows_disruption()
    {
        var remedy = Assert.Single(Plan(WindowsFaults.WindowsAgentNotRestarted("web1", "107.0.1", "109.0.0")));
        Assert.Equal((RemedyKind.RestartService, RemedyGrade.Disruptive), (remedy.Kind, remedy.Grade));
        Assert.Contains("QEMU-GA", remedy.WillDo, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SQLWriter & calc")]
    [InlineData("/delete")]
    [InlineData("")]
    public void A_service_name_of_the_guests_that_is_none_is_left_to_a_person(string service) =>
        Assert.Equal(RemedyGrade.Manual, Assert.Single(Plan(WindowsFaults.VssWriterInBadState("web1", "w", "8", service))).Grade);

    [Fact]
    public void What_passed_needs_no_remedy() =>
        Assert.Empty(RemedyPlan.Of(new HealthReport([new HealthResult(Vm, HealthArea.Vm, "x", HealthOutcome.Passed, "", null)], TimeSpan.Zero)));

    private static IReadOnlyList<Remedy> Plan(params Fault[] faults) => RemedyPlan.Of(new HealthReport(
        [.. faults.Select(f => new HealthResult(Vm, HealthArea.Vm, "x", HealthOutcome.Warning, "", f))], TimeSpan.Zero));
}
