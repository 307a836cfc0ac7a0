using System.Globalization;

namespace Holdfast.Vault;

/// <summary>The names of a vault's objects. Names from listings are parsed strictly: one spelling only.</summary>
internal static class Names
{
    public const string Config = "config/";
    public const string Keys = "keys/";
    public const string Points = "points/";
    public const string Retired = "retired/";
    public const string Packs = "packs/";
    public const string Index = "index/";
    public const string Sums = "sums/";
    public const string Sessions = "sessions/";
    public const string Retention = "retention/";
    public const string Damage = "damage/";
    public const string Notes = "notes/";
    public const string Gc = "gc/";
    public const string GcLeases = "gc/lease/";
    public const string Scrubs = "scrubs/";
    public const string Reserve = "reserve/";

    public static string KeysOf(VaultId vault) => $"{Keys}{vault}/";

    public static ObjectName Point(SourceId source, PointId point) => ObjectName.Of($"{Points}{source}/{point}");

    public static ObjectName RetiredPoint(SourceId source, PointId point) => ObjectName.Of($"{Retired}{source}/{point}");

    public static ObjectName Pack(PointId session, in PackId pack) => ObjectName.Of($"{Packs}{session}/{pack}");

    public static ObjectName Segment(PointId session, in PackId segment) => ObjectName.Of($"{Index}{session}/{segment}");

    /// <summary>A session's list of hashes; garbage collection replaces it by later generations.</summary>
    public static ObjectName SumsOf(PointId session, int generation = 0) =>
        ObjectName.Of(generation == 0 ? $"{Sums}{session}" : $"{Sums}{session}.{generation:x8}");

    public static ObjectName Session(PointId session, SourceId source) => ObjectName.Of($"{Sessions}{session}/open-{source}");

    public static ObjectName Beat(PointId session, long counter) => ObjectName.Of($"{Sessions}{session}/beat-{counter:x16}");

    public static ObjectName RetentionMark(SourceId source, PointId point, int generation) =>
        ObjectName.Of($"{Retention}{source}/{point}/{generation:x8}");

    public static ObjectName DamagedPack(in PackId pack) => ObjectName.Of($"{Damage}{pack}");

    public static ObjectName Note(string name, int generation) => ObjectName.Of($"{Notes}{name}/{generation:x8}");

    public static ObjectName GcObject(Guid generation, string what) => ObjectName.Of($"{Gc}{generation:N}/{what}");

    public static ObjectName Scrub(Guid id) => ObjectName.Of($"{Scrubs}{id:N}");

    public static ObjectName GcLease(int generation) => ObjectName.Of($"{GcLeases}{generation:x8}");

    public static ObjectName ReservePiece(int number) => ObjectName.Of(string.Create(CultureInfo.InvariantCulture, $"{Reserve}{number}"));

    public static ObjectName Generation(string prefix, int generation, char copy) => ObjectName.Of($"{prefix}{generation:x8}.{copy}");

    /// <summary>Two ids below a prefix: <c>points/SOURCE/POINT</c>.</summary>
    public static bool TryParsePoint(ObjectName name, string prefix, out SourceId source, out PointId point)
    {
        (source, point) = (default, default);
        var parts = name.Value.Split('/');
        if (parts.Length != 3 || parts[0] + "/" != prefix || !IdText.TryReadName(parts[1], out var s) || !IdText.TryReadName(parts[2], out var p))
        {
            return false;
        }

        (source, point) = (new SourceId(s), new PointId(p));
        return true;
    }

    /// <summary>A session and a generation: <c>sums/SESSION</c> (generation 0), <c>sums/SESSION.GGGGGGGG</c>.</summary>
    public static bool TryParseSums(ObjectName name, out PointId session, out int generation)
    {
        (session, generation) = (default, 0);
        var text = name.Value[Sums.Length..];
        var isFirst = text.Length == 32;
        if ((!isFirst && (text.Length != 41 || text[32] != '.'
                || !int.TryParse(text.AsSpan(33), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out generation) || generation < 1))
            || !IdText.TryReadName(text[..32], out var id))
        {
            return false;
        }

        session = new PointId(id);
        return true;
    }

    /// <summary>A session and a random id below a prefix: <c>packs/SESSION/PACK</c>, <c>index/SESSION/SEGMENT</c>.</summary>
    public static bool TryParseOwned(ObjectName name, string prefix, out PointId session, out PackId id)
    {
        (session, id) = (default, default);
        var parts = name.Value.Split('/');
        if (parts.Length != 3 || parts[0] + "/" != prefix || !IdText.TryReadName(parts[1], out var s) || !PackId.TryParse(parts[2], out id))
        {
            return false;
        }

        session = new PointId(s);
        return true;
    }
}
