namespace Holdfast.Vault;

/// <summary>The name of an object in a store: parts of <c>[a-z0-9.-]</c> joined by '/', no part beginning with a dot.</summary>
/// <remarks>So a name is safe as a path below a folder, as a key of an object store, and in a URL.</remarks>
public readonly record struct ObjectName
{
    /// <summary>The longest name.</summary>
    public const int CharsMax = 200;

    private readonly string? _value;

    private ObjectName(string value) => _value = value;

    /// <summary>The name's text.</summary>
    public string Value => _value ?? "";

    /// <summary>Checks and wraps a name.</summary>
    /// <exception cref="ArgumentException">It isn't a name.</exception>
    public static ObjectName Of(string value) =>
        TryParse(value, out var name) ? name : throw new ArgumentException("Not an object name.", nameof(value));

    /// <summary>Checks and wraps a name that comes from outside.</summary>
    public static bool TryParse(string value, out ObjectName name)
    {
        name = new ObjectName(value);
        if (value.Length is 0 or > CharsMax)
        {
            return false;
        }

        var partStart = true;
        foreach (var c in value)
        {
            var plain = c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-';
            if (!plain && (partStart || c is not ('.' or '/')))
            {
                return false;
            }

            partStart = c == '/';
        }

        return !partStart;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
