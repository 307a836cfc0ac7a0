using System.Globalization;
using Holdfast.ControlPlane.Policies;
using NodaTime;
using Quartz;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>
/// The form of an item's one trigger: named by the item, one-shot, described by the schedule that it was made from. So a look at the store's list says whose
/// trigger is missing, superfluous, or of a schedule that has changed since.
/// </summary>
internal static class ItemTriggers
{
    public const string Group = "items";

    private const string DueKey = "due";
    private const string StartKey = "start";

    /// <summary>The one job that all items' triggers fire.</summary>
    public static readonly JobKey Job = new("backup-due", Group);

    public static TriggerKey KeyOf(Guid itemId) => new(itemId.ToString("D"), Group);

    public static bool TryItem(TriggerKey? key, out Guid itemId)
    {
        itemId = default;
        return key is { Group: Group } && Guid.TryParseExact(key.Name, "D", out itemId);
    }

    /// <param name="item">The item.</param>
    /// <param name="occurrence">The run that is meant.</param>
    /// <param name="at">When to fire, if not at its start: for another try.</param>
    public static ITrigger Make(ScheduledItem item, Occurrence occurrence, DateTimeOffset? at = null) => TriggerBuilder.Create()
        .WithIdentity(KeyOf(item.ItemId))
        .ForJob(Job)
        .WithDescription(ScheduleOf(item.Policy))
        .UsingJobData(DueKey, Text(occurrence.Due))
        .UsingJobData(StartKey, Text(occurrence.Start))
        .StartAt((at ?? occurrence.Start).ToUniversalTime())
        // A missed one-shot trigger fires once, as soon as it can. Its own time stays, by which the run is known to be late.
        .WithSchedule(SimpleScheduleBuilder.Create().WithRepeatCount(0).WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires))
        .Build();

    public static Occurrence OccurrenceOf(JobDataMap data) => new(Time(data, DueKey), Time(data, StartKey));

    /// <summary>All of a policy that the times of its runs depend on.</summary>
    public static string ScheduleOf(BackupPolicy policy)
    {
        var times = policy.Schedule switch
        {
            DailySchedule daily => $"daily {Clock(daily.Time)}",
            WeeklySchedule weekly => $"weekly {string.Join(',', weekly.Days.Order())} {Clock(weekly.Time)}",
            HourlySchedule hourly => string.Create(
                CultureInfo.InvariantCulture, $"every {hourly.IntervalHours} h from {Clock(hourly.WindowStart)} for {hourly.WindowHours} h"),
            _ => throw new InvalidOperationException("A schedule of an unknown kind."),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{times} {policy.TimeZone.Zone.Id}, within {policy.StartWindow.TotalMinutes} min");
    }

    private static string Clock(LocalTime time) => time.ToString("HH':'mm", CultureInfo.InvariantCulture);

    private static string Text(DateTimeOffset time) => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(JobDataMap data, string key) =>
        DateTimeOffset.ParseExact((string)data[key]!, "O", CultureInfo.InvariantCulture);
}
