using System.Globalization;

namespace Holdfast.Protection.Health.Windows;

/// <summary>What <c>reg query</c> printed. Names, types and numbers are the same in every language of Windows; messages aren't, and aren't read.</summary>
internal sealed class RegistryKeys
{
    private const int LinesMax = 20_000;
    private const string Gap = "    ";
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    private RegistryKeys()
    {
    }

    /// <summary>No such key, as the program's exit code tells.</summary>
    public static RegistryKeys Absent { get; } = new();

    /// <summary>Reads the output for one key; null for what is none.</summary>
    public static RegistryKeys? Parse(string text)
    {
        var keys = new RegistryKeys();
        var hasKey = false;
        foreach (var line in text.Split('\n').Take(LinesMax).Select(l => l.TrimEnd('\r', ' ')))
        {
            hasKey |= line.StartsWith("HKEY_", StringComparison.OrdinalIgnoreCase);
            if (!hasKey || !line.StartsWith(Gap, StringComparison.Ordinal))
                continue;
            // Name, type and data; data may hold the gap itself.
            var type = line.IndexOf(Gap + "REG_", Gap.Length, StringComparison.Ordinal);
            if (type < 0)
                continue;
            var rest = line[(type + Gap.Length)..];
            var data = rest.IndexOf(Gap, StringComparison.Ordinal);
            keys._values.TryAdd(line[Gap.Length..type], data < 0 ? "" : rest[(data + Gap.Length)..]);
        }

        return hasKey ? keys : null;
    }

    /// <summary>Whether the key is there.</summary>
    public bool Exists => !ReferenceEquals(this, Absent);

    /// <summary>A value's text; null where there is none.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(name);

    /// <summary>A number; null where there is none.</summary>
    public int? Number(string name) => Text(name) is { } text && text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        && uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue ? (int)number : null;
}
