using Holdfast.ControlPlane.Policies;

namespace Holdfast.ControlPlane.Alerts;

/// <summary>Until when an item needs its next recovery point. Pure.</summary>
public static class PointDeadline
{
    // A schedule may be kept late by so much before anybody is told, however rarely it is due.
    private static readonly TimeSpan GraceMax = TimeSpan.FromDays(1);

    /// <summary>
    /// The second time that the schedule is due after the last good point, but at most a day after the first: one run may fail or be late, two may not.
    /// </summary>
    public static DateTimeOffset After(BackupPolicy policy, DateTimeOffset lastPoint)
    {
        var first = ScheduleCalculator.NextDue(policy, lastPoint);
        var second = ScheduleCalculator.NextDue(policy, first);
        return second < first + GraceMax ? second : first + GraceMax;
    }
}
