namespace Holdfast.ControlPlane.Tests.Policies;

/// <summary>What the operating system's own time zones say; the model that schedules and retention are compared with.</summary>
internal static class SystemClock
{
    /// <summary>Zones with different habits: none, an hour, half an hour, southern, changes at midnight, a country that gave it up.</summary>
    public static readonly string[] Zones =
    [
        "Etc/UTC", "Europe/Berlin", "America/New_York", "Asia/Taipei", "Asia/Kolkata", "Australia/Lord_Howe", "Australia/Sydney",
        "America/St_Johns", "America/Santiago", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Chatham", "Europe/London",
    ];

    /// <summary>
    /// The instant of a local time: by trying each minute. The first of two; where there is none, what the clocks would have shown without the change.
    /// </summary>
    public static DateTimeOffset InstantOf(DateTime local, TimeZoneInfo zone)
    {
        var from = new DateTimeOffset(local, TimeSpan.Zero).AddHours(-27);
        var before = from;
        for (var instant = from; instant < from.AddHours(54); instant = instant.AddMinutes(1))
        {
            var shown = TimeZoneInfo.ConvertTime(instant, zone).DateTime;
            if (shown == local)
                return instant;
            if (shown < local)
                before = instant;
        }

        return new DateTimeOffset(local, zone.GetUtcOffset(before)).ToUniversalTime();
    }

    public static DateTime LocalOf(DateTimeOffset instant, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(instant, zone).DateTime;
}
