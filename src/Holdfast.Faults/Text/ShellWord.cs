using System.Text.RegularExpressions;

namespace Holdfast.Faults;

/// <summary>Values in commands that a user is advised to type: quoted where a shell would read them otherwise.</summary>
public static partial class ShellWord
{
    [GeneratedRegex("^[A-Za-z0-9_@%+=:,./-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain { get; }

    /// <summary>The value as one word of a command.</summary>
    public static string Of(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Plain.IsMatch(value) ? value : "'" + value.Replace("'", @"'\''", StringComparison.Ordinal) + "'";
    }
}
