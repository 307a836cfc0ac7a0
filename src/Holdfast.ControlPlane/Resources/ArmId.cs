using System.Diagnostics.CodeAnalysis;

namespace Holdfast.ControlPlane.Resources;

/// <summary>
/// The id of a resource as Azure Resource Manager writes it: <c>/subscriptions/S/resourceGroups/G/providers/NAMESPACE/TYPE/NAME/…</c>.
/// Ids are compared without regard to case; empty segments, which some clients send, don't count.
/// </summary>
public sealed class ArmId : IEquatable<ArmId>
{
    /// <summary>Longest id that is looked at, in characters.</summary>
    public const int MaxLength = 2048;

    private readonly string[] _segments;

    private ArmId(string[] segments) => _segments = segments;

    /// <summary>The subscription, or null.</summary>
    public string? SubscriptionId => this["subscriptions"];

    /// <summary>The resource group, or null.</summary>
    public string? ResourceGroup => this["resourceGroups"];

    /// <summary>The provider's namespace (Microsoft.Compute), or null.</summary>
    public string? Provider => this["providers"];

    /// <summary>The resource's own name: the last segment.</summary>
    public string Name => _segments[^1];

    /// <summary>Type with its namespace, without names: <c>Microsoft.RecoveryServices/vaults/backupPolicies</c>; <c>subscriptions</c> and <c>resourceGroups</c> for these.</summary>
    public string ResourceType
    {
        get
        {
            var provider = Array.FindIndex(_segments, s => s.Equals("providers", StringComparison.OrdinalIgnoreCase));
            return provider < 0 || provider + 2 >= _segments.Length
                ? _segments[^2]
                : string.Join('/', _segments[(provider + 1)..].Where((_, i) => i == 0 || i % 2 == 1));
        }
    }

    /// <summary>The name that follows a type's segment (<c>this["vaults"]</c>), or null.</summary>
    public string? this[string type]
    {
        get
        {
            for (var i = 0; i + 1 < _segments.Length; i += 2)
            {
                if (_segments[i].Equals(type, StringComparison.OrdinalIgnoreCase))
                    return _segments[i + 1];
            }

            return null;
        }
    }

    /// <summary>The id that contains this one: without the last type and name; null at a subscription.</summary>
    public ArmId? Parent
    {
        get
        {
            if (_segments.Length <= 2)
                return null;
            var rest = _segments[..^2];

            // A resource at the top of a provider lies in the group (or subscription) before "providers/NAMESPACE".
            return new ArmId(rest.Length >= 2 && IsProviders(rest, rest.Length - 2) ? rest[..^2] : rest);
        }
    }

    /// <summary>Reads an id.</summary>
    /// <param name="text">What a client sent.</param>
    /// <param name="id">The id.</param>
    /// <returns>False for what isn't one: no leading slash, an odd number of segments, control characters, dots as a segment, too long.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ArmId? id)
    {
        id = null;
        if (text is null || text.Length is < 2 or > MaxLength || text[0] != '/' || text.Any(c => char.IsControl(c) || c is '?' or '#' or '\\'))
            return false;
        var segments = text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments.Length < 2 || segments.Length % 2 != 0 || segments.Any(s => s is "." or ".." || s.Trim() != s)
            || !segments[0].Equals("subscriptions", StringComparison.OrdinalIgnoreCase))
            return false;
        id = new ArmId(segments);
        return true;
    }

    /// <summary>Reads an id that this program wrote.</summary>
    /// <exception cref="FormatException">It isn't one.</exception>
    public static ArmId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException("This is no resource id.");

    /// <summary>Whether this id is <paramref name="scope"/> or lies below it.</summary>
    public bool IsWithin(ArmId scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return scope._segments.Length <= _segments.Length
            && scope._segments.AsSpan().SequenceEqual(_segments.AsSpan(0, scope._segments.Length), StringComparer.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public bool Equals(ArmId? other) => other is not null && _segments.AsSpan().SequenceEqual(other._segments, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ArmId);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var segment in _segments)
            hash.Add(segment, StringComparer.OrdinalIgnoreCase);
        return hash.ToHashCode();
    }

    /// <summary>The id as it was written, with single slashes.</summary>
    public override string ToString() => "/" + string.Join('/', _segments);

    private static bool IsProviders(string[] segments, int index) => segments[index].Equals("providers", StringComparison.OrdinalIgnoreCase);
}
