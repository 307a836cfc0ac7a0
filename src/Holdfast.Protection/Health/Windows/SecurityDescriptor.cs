using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Protection.Health.Windows;

/// <summary>The access list of a security descriptor in its string form (SDDL), by SIDs: the same in every language.</summary>
internal static partial class SecurityDescriptor
{
    private const int AccessReadWrite = 0x3;
    private const int AccessFull = 0x1F01FF;
    private const string Everyone = "S-1-1-0";
    private const string Administrators = "S-1-5-32-544";

    /// <summary>What the folder MachineKeys lacks of its usual rights: "" for nothing, null for what can't be read.</summary>
    public static string? LacksOfMachineKeys(string sddl)
    {
        var entries = Entry().Matches(sddl).Select(m => (Type: m.Groups[1].Value, Rights: Rights(m.Groups[2].Value), Sid: Sid(m.Groups[3].Value))).ToList();
        if (!sddl.Contains("D:", StringComparison.Ordinal) || entries.Count == 0 || entries.Any(e => e.Rights is null))
            return null;
        string? Lack(string sid, int wanted, string words) => entries.Any(e => e.Type == "D" && e.Sid == sid) ? $"{sid} is denied access"
            : entries.Where(e => e.Type == "A" && e.Sid == sid).Aggregate(0, (all, e) => all | e.Rights!.Value) is var rights && (rights & wanted) == wanted ? null : $"{sid} lacks {words}";
        return string.Join(", ", new[] { Lack(Everyone, AccessReadWrite, "read and write"), Lack(Administrators, AccessFull, "full access") }.OfType<string>());
    }

    private static string Sid(string text) => text switch { "WD" => Everyone, "BA" => Administrators, _ => text };

    // A number, or pairs of letters: those that files have.
    private static int? Rights(string text)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return int.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var mask) ? mask : null;
        int? all = 0;
        for (var i = 0; i + 1 < text.Length; i += 2)
        {
            all |= text.Substring(i, 2) switch
            {
                "FA" or "GA" => AccessFull,
                "FR" or "GR" => 0x120089,
                "FW" or "GW" => 0x120116,
                "FX" or "GX" => 0x1200A0,
                "CC" => 0x1,
                "DC" => 0x2,
                "LC" or "SW" or "RP" or "WP" or "DT" or "LO" or "CR" or "SD" or "RC" or "WD" or "WO" => 0,
                _ => (int?)null,
            };
        }

        return all;
    }

    [GeneratedRegex(@"\(([AD]);[A-Z]*;([0-9A-Za-z]*);[^;)]*;[^;)]*;([A-Z0-9-]+)\)", RegexOptions.NonBacktracking)]
    private static partial Regex Entry();
}
