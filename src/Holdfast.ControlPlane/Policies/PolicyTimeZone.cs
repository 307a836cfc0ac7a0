using NodaTime;
using NodaTime.TimeZones;

namespace Holdfast.ControlPlane.Policies;

/// <summary>A policy's time zone: Azure names zones as Windows does; IANA names are taken as well.</summary>
/// <remarks>The rules are those of NodaTime's own database, so that they don't depend on what is installed on a node.</remarks>
public sealed class PolicyTimeZone
{
    private static readonly Dictionary<string, string> IanaByWindowsName =
        new(TzdbDateTimeZoneSource.Default.WindowsMapping.PrimaryMapping, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, string> IanaNames =
        DateTimeZoneProviders.Tzdb.Ids.ToDictionary(id => id, StringComparer.OrdinalIgnoreCase);

    private PolicyTimeZone(string name, DateTimeZone zone)
    {
        Name = name;
        Zone = zone;
    }

    /// <summary>Coordinated Universal Time.</summary>
    public static PolicyTimeZone Utc { get; } = new("UTC", DateTimeZone.Utc);

    /// <summary>The name as the policy gives it.</summary>
    public string Name { get; }

    /// <summary>Its rules.</summary>
    public DateTimeZone Zone { get; }

    /// <summary>Finds a zone by its Windows or IANA name, without regard to case; null for a name of neither kind.</summary>
    public static PolicyTimeZone? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Equals("UTC", StringComparison.OrdinalIgnoreCase))
            return new(name, DateTimeZone.Utc);
        return IanaByWindowsName.TryGetValue(name, out var iana) || IanaNames.TryGetValue(name, out iana)
            ? new(name, DateTimeZoneProviders.Tzdb[iana])
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
