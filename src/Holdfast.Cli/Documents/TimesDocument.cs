using Holdfast.Protection.Backup;

namespace Holdfast.Cli.Documents;

/// <summary>Where the time of a run's work went, in seconds, in JSON. A rate limit is part of reading.</summary>
internal sealed record TimesDocument(double Freezing, double Reading, double Hashing, double Compressing, double Writing, double Throttled)
{
    public static TimesDocument? Of(PhaseTimes? times) => times is null ? null : new(
        Seconds(times.Freezing), Seconds(times.Reading), Seconds(times.Hashing), Seconds(times.Compressing), Seconds(times.Writing), Seconds(times.Throttled));

    private static double Seconds(TimeSpan span) => Math.Round(span.TotalSeconds, 3);
}
