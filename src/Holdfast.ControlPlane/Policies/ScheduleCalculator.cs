using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NodaTime;
using NodaTime.TimeZones;

namespace Holdfast.ControlPlane.Policies;

/// <summary>When a policy's next backup is. Pure: the same question always has the same answer, on every node.</summary>
/// <remarks>
/// A time of day that doesn't exist, since clocks went forward, is moved by what they went; one that exists twice is taken at its first
/// occurrence. So each day of the schedule has its run, and none has two.
/// </remarks>
public static class ScheduleCalculator
{
    private static readonly ZoneLocalMappingResolver Lenient =
        Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnForwardShifted);

    /// <summary>The first time that the policy's schedule has strictly after an instant.</summary>
    public static DateTimeOffset NextDue(BackupPolicy policy, DateTimeOffset after)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var instant = Instant.FromDateTimeOffset(after);
        var zone = policy.TimeZone.Zone;

        // A window that opened yesterday may reach into today, and clocks may have moved a time across midnight.
        var date = instant.InZone(zone).Date.PlusDays(-2);

        // Every schedule runs at least once a week, so this ends within ten days.
        while (true)
        {
            foreach (var due in DueOn(policy.Schedule, date, zone))
            {
                if (due > instant)
                    return due.ToDateTimeOffset();
            }

            date = date.PlusDays(1);
        }
    }

    /// <summary>The item's first run that starts strictly after an instant.</summary>
    /// <param name="policy">The item's policy.</param>
    /// <param name="itemKey">What identifies the item for good; its offset is drawn from it.</param>
    /// <param name="after">The instant.</param>
    public static Occurrence Next(BackupPolicy policy, string itemKey, DateTimeOffset after)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var offset = Offset(itemKey, policy.StartWindow);
        var due = NextDue(policy, after - offset);
        return new(due, due + offset);
    }

    /// <summary>How long after its due time an item starts: whole seconds below the window, the same for ever, spread evenly over items.</summary>
    public static TimeSpan Offset(string itemKey, TimeSpan window)
    {
        ArgumentNullException.ThrowIfNull(itemKey);
        var seconds = (ulong)Math.Max(0, (long)window.TotalSeconds);
        return seconds == 0
            ? TimeSpan.Zero
            : TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(itemKey))) % seconds);
    }

    private static IEnumerable<Instant> DueOn(BackupSchedule schedule, LocalDate date, DateTimeZone zone) => schedule switch
    {
        DailySchedule daily => [At(date, daily.Time, zone)],
        WeeklySchedule weekly => weekly.Days.Contains(date.DayOfWeek) ? [At(date, weekly.Time, zone)] : [],
        HourlySchedule hourly => Window(hourly, date, zone),
        _ => throw new InvalidOperationException("A schedule of an unknown kind."),
    };

    private static IEnumerable<Instant> Window(HourlySchedule schedule, LocalDate date, DateTimeZone zone)
    {
        var opens = At(date, schedule.WindowStart, zone);
        var nextOpens = At(date.PlusDays(1), schedule.WindowStart, zone);
        for (var hours = 0; hours <= schedule.WindowHours; hours += schedule.IntervalHours)
        {
            var due = opens + Duration.FromHours(hours);
            if (due >= nextOpens)
                yield break;
            yield return due;
        }
    }

    private static Instant At(LocalDate date, LocalTime time, DateTimeZone zone) => zone.ResolveLocal(date + time, Lenient).ToInstant();
}
