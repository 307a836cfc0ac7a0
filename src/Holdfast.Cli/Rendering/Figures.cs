using System.Globalization;

namespace Holdfast.Cli.Rendering;

/// <summary>Sizes, rates and times as people read them.</summary>
internal static class Figures
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>A size in IEC units, three digits at least: 1.46 GiB.</summary>
    public static string Size(long bytes)
    {
        double size = bytes;
        var unit = 0;
        while (Math.Abs(size) >= 1023.5 && unit < Units.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        var format = unit == 0 || Math.Abs(size) >= 99.95 ? "0" : Math.Abs(size) >= 9.995 ? "0.#" : "0.##";
        return size.ToString(format, CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    public static string Size(long? bytes) => bytes is { } known ? Size(known) : "-";

    public static string Rate(double bytesPerSecond) => Size((long)bytesPerSecond) + "/s";

    /// <summary>An instant in local time with its zone: 2026-11-23 10:15 +01:00.</summary>
    public static string Local(DateTimeOffset instant, TimeProvider time) =>
        TimeZoneInfo.ConvertTime(instant, time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);

    /// <summary>How many cells of a terminal a text takes; Chinese characters take two.</summary>
    public static int Cells(string text) => text.Sum(c => c >= '\u2e80' ? 2 : 1);

    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min {span.Seconds:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)span.TotalHours} h {span.Minutes:00} min"),
    };
}
