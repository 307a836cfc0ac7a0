using System.Globalization;
using System.Xml;

namespace Holdfast.Api.Replies;

/// <summary>Times as Azure Backup writes them.</summary>
internal static class WireTime
{
    /// <summary>An instant: RFC 3339 with seven decimals, in UTC.</summary>
    public static string Of(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A duration: ISO 8601 (<c>PT1M1.38S</c>).</summary>
    public static string Of(TimeSpan duration) => XmlConvert.ToString(duration < TimeSpan.Zero ? TimeSpan.Zero : duration);

    /// <summary>An instant inside a job's property bag: <c>8/2/2020 6:31:20 AM</c>.</summary>
    public static string Loose(DateTimeOffset instant) => instant.UtcDateTime.ToString("M/d/yyyy h:mm:ss tt", CultureInfo.InvariantCulture);
}
