using System.Buffers.Binary;
using System.Globalization;

namespace Holdfast.ControlPlane.Points;

/// <summary>The number that a point goes by in the API, as Azure's points go by numbers. Follows from the point's id, so that it survives the database.</summary>
internal static class PointName
{
    // 15 digits: as many as a client that reads numbers as doubles keeps.
    private const ulong Least = 100_000_000_000_000;

    /// <summary>The name of a point.</summary>
    /// <param name="point">The point's id, which is random.</param>
    /// <param name="attempt">0, or how many names before were another point's.</param>
    public static string Of(Guid point, int attempt)
    {
        var number = (BinaryPrimitives.ReadUInt64BigEndian(point.ToByteArray(bigEndian: true).AsSpan(8)) + (ulong)attempt) % (9 * Least);
        return (Least + number).ToString(CultureInfo.InvariantCulture);
    }
}
