using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Vault;

/// <summary>The id of what is backed up (the caller's meaning; a machine's UUID, for one). Its text is 32 lower-case hex digits.</summary>
/// <param name="Value">The id as a GUID.</param>
public readonly record struct SourceId(Guid Value)
{
    /// <summary>A new random id.</summary>
    public static SourceId New() => new(IdText.NewGuid());

    /// <summary>Reads 32 hex digits; other GUID spellings are accepted from people, never from a vault.</summary>
    /// <exception cref="FormatException">The text isn't an id.</exception>
    public static SourceId Parse(string text) => new(Guid.Parse(text));

    /// <summary>Reads an id, if the text is one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out SourceId id)
    {
        var ok = Guid.TryParse(text, out var value);
        id = new SourceId(value);
        return ok;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N");
}
