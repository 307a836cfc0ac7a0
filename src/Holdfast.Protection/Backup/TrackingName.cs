using System.Diagnostics.CodeAnalysis;
using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>
/// The name that ties a checkpoint, and the dirty bitmaps of that name, to the one point they belong to:
/// <c>holdfast-&lt;vault id&gt;-&lt;point id&gt;</c>. Point ids are random and never reused (INV-1).
/// </summary>
/// <param name="Vault">The vault that holds the point.</param>
/// <param name="Point">The point.</param>
public readonly record struct TrackingName(VaultId Vault, PointId Point)
{
    private const string Prefix = "holdfast-";
    private const int IdLength = 32;

    /// <summary>Reads a name; false for names that aren't ours.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out TrackingName name)
    {
        name = default;
        if (text is null || text.Length != Prefix.Length + IdLength + 1 + IdLength || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || text[Prefix.Length + IdLength] != '-'
            || !Guid.TryParseExact(text.AsSpan(Prefix.Length, IdLength), "N", out var vault)
            || !Guid.TryParseExact(text.AsSpan(Prefix.Length + IdLength + 1), "N", out var point))
            return false;
        name = new TrackingName(new VaultId(vault), new PointId(point));
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Prefix}{Vault.Value:N}-{Point.Value:N}";
}
