using System.Globalization;

namespace Holdfast.Libvirt;

/// <summary>A version as libvirt encodes it: 1000000 * major + 1000 * minor + release.</summary>
public readonly record struct LibvirtVersion(int Major, int Minor, int Release) : IComparable<LibvirtVersion>
{
    internal static LibvirtVersion FromNumber(nuint number) =>
        new((int)(number / 1_000_000), (int)(number / 1_000 % 1_000), (int)(number % 1_000));

    /// <inheritdoc />
    public int CompareTo(LibvirtVersion other) => (Major, Minor, Release).CompareTo((other.Major, other.Minor, other.Release));

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Release}");

    /// <summary>Older than.</summary>
    public static bool operator <(LibvirtVersion left, LibvirtVersion right) => left.CompareTo(right) < 0;

    /// <summary>Older than or same.</summary>
    public static bool operator <=(LibvirtVersion left, LibvirtVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Newer than.</summary>
    public static bool operator >(LibvirtVersion left, LibvirtVersion right) => left.CompareTo(right) > 0;

    /// <summary>Newer than or same.</summary>
    public static bool operator >=(LibvirtVersion left, LibvirtVersion right) => left.CompareTo(right) >= 0;
}
