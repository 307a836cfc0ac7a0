using System.Collections.Frozen;
using System.Globalization;

namespace Holdfast.Faults;

/// <summary>
/// Something that happened which the user can meet: the code of a catalogue entry and the values of its parameters.
/// Made by the factories (<see cref="BackupFaults"/>, <see cref="VaultFaults"/> ...), so that no code is misspelt.
/// </summary>
/// <remarks>
/// INV-3: values are raw and language-neutral (bytes and seconds as invariant numbers); they become readable when rendered.
/// INV-4: values may come from a guest or another program: control characters are removed and the length is bounded here.
/// </remarks>
public sealed class Fault : IEquatable<Fault>
{
    /// <summary>Longest value kept, in characters.</summary>
    public const int ValueLengthMax = 2048;

    private const int ListItemsMax = 64;
    private const char ListSeparator = '\n';

    private Fault(FaultCode code, FrozenDictionary<string, string> parameters)
    {
        Code = code;
        Parameters = parameters;
    }

    /// <summary>The code of the catalogue entry.</summary>
    public FaultCode Code { get; }

    /// <summary>Values of the entry's parameters by name; the items of a list are separated by a line feed.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>Restores a fault that was stored as its code and parameters. An unknown code is kept as it is.</summary>
    public static Fault FromStored(string code, IReadOnlyDictionary<string, string> parameters)
    {
        ArgumentException.ThrowIfNullOrEmpty(code);
        ArgumentNullException.ThrowIfNull(parameters);
        return new(new(code), parameters.ToFrozenDictionary(p => p.Key, p => Clean(p.Value, keepLines: true), StringComparer.Ordinal));
    }

    /// <summary>The fault as an exception to throw.</summary>
    public FaultException ToException(Exception? innerException = null) => new(this, innerException);

    /// <inheritdoc/>
    public bool Equals(Fault? other) =>
        other is not null && Code == other.Code && Parameters.Count == other.Parameters.Count
        && Parameters.All(p => other.Parameters.TryGetValue(p.Key, out var value) && value == p.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Fault);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        Parameters.Aggregate(Code.GetHashCode(), (hash, p) => hash ^ HashCode.Combine(p.Key, p.Value));

    /// <summary>The code and the values, for logs and debuggers.</summary>
    public override string ToString() =>
        Code + " { " + string.Join(", ", Parameters.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Key + "=" + p.Value)) + " }";

    internal static Fault Of(string code) => new(new(code), FrozenDictionary<string, string>.Empty);

    internal Fault With(string name, string? value) => WithCleaned(name, Clean(value, keepLines: false));

    internal Fault With(string name, long value) => WithCleaned(name, value.ToString(CultureInfo.InvariantCulture));

    internal Fault With(string name, TimeSpan value) =>
        WithCleaned(name, value.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture));

    internal Fault With(string name, IEnumerable<string> items)
    {
        // Whole items only, as many as fit: half a name could be mistaken for another.
        var room = ValueLengthMax + 1;
        var kept = items.Take(ListItemsMax).Select(i => Clean(i, keepLines: false)).Where(i => i.Length > 0)
            .TakeWhile(i => (room -= i.Length + 1) >= 0);
        return WithCleaned(name, string.Join(ListSeparator, kept));
    }

    internal static string[] ItemsOf(string value) => value.Length == 0 ? [] : value.Split(ListSeparator);

    private static string Clean(string? value, bool keepLines)
    {
        if (value is null)
        {
            return "";
        }

        var bounded = value.Length > ValueLengthMax ? value.AsSpan(0, ValueLengthMax) : value.AsSpan();
        Span<char> cleaned = bounded.Length <= 512 ? stackalloc char[bounded.Length] : new char[bounded.Length];
        var length = 0;
        foreach (var c in bounded)
        {
            // Direction overrides and other format characters could make a text read as something else on a terminal.
            var hidden = char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format;
            if (!hidden || (keepLines && c == ListSeparator))
            {
                cleaned[length++] = c;
            }
            else if (c is '\n' or '\t')
            {
                cleaned[length++] = ' ';
            }
        }

        return cleaned[..length].Trim().ToString();
    }

    private Fault WithCleaned(string name, string value) =>
        new(Code, Parameters.Append(new(name, value)).ToFrozenDictionary(StringComparer.Ordinal));
}
