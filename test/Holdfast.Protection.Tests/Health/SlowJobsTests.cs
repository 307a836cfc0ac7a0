using Holdfast.Protection.Health;

namespace Holdfast.Protection.Tests.Health;

public sealed class SlowJobsTests
{
    [Fact]
    public void A_job_within_its_limit_is_not_slow()
    {
        Assert.Null(SlowJobs.Judge(Job(12, false, ("reading", 12))));
        Assert.Null(SlowJobs.Judge(Job(6, true, ("writing", 6))));
    }

    [Fact]
    public void The_bottleneck_and_the_factors_are_those_of_the_job()
    {
        var first = SlowJobs.Judge(Job(13, false, ("reading", 10), ("waiting", 3)) with { FullReasons = ["HoldfastFirstBackup"] })!;
        Assert.Equal(("HoldfastBackupSlow", "reading", "first-full\nslow-source"), (first.Code.Value, first.Parameters["bottleneck"], first.Parameters["factors"]));
        var queued = SlowJobs.Judge(Job(13, false, ("waiting", 11), ("reading", 2)) with { ReadShare = 0.5 })!;
        Assert.Equal(("waiting", "churn\nqueue"), (queued.Parameters["bottleneck"], queued.Parameters["factors"]));
        var restore = SlowJobs.Judge(Job(7, true, ("writing", 6)) with { Disks = 9 })!;
        Assert.Equal(("HoldfastRestoreSlow", "slow-target\nmany-disks"), (restore.Code.Value, restore.Parameters["factors"]));
        var throttled = SlowJobs.Judge(Job(13, false, ("reading", 12)) with { FullReasons = ["HoldfastDiskAdded"], HasRateLimit = true })!;
        Assert.Equal("new-disk\nthrottle", throttled.Parameters["factors"]);
    }

    private static JobTimes Job(double hours, bool isRestore, params (string Phase, double Hours)[] phases) =>
        new("vm1", isRestore, TimeSpan.FromHours(hours), phases.ToDictionary(p => p.Phase, p => TimeSpan.FromHours(p.Hours)));
}
