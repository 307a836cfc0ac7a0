using System.Globalization;

namespace Holdfast.Libvirt;

/// <summary>A security model of a host.</summary>
/// <param name="Model">Its name: <c>dac</c>, <c>apparmor</c>, <c>selinux</c> or <c>none</c>.</param>
/// <param name="DomainOfInterpretation">libvirt's <c>doi</c>.</param>
/// <param name="BaseLabels">The label by domain type.</param>
public sealed record HostSecurityModel(string Model, string DomainOfInterpretation, IReadOnlyDictionary<string, string> BaseLabels)
{
    /// <summary>A DAC label <c>+uid:+gid</c> as numbers; null if there is none for the type or it isn't numeric.</summary>
    /// <param name="domainType">The domain type; any other type's label serves when it has none of its own.</param>
    public (uint UserId, uint GroupId)? IdentityFor(string domainType)
    {
        if (!BaseLabels.TryGetValue(domainType, out var label))
        {
            label = BaseLabels.Values.FirstOrDefault();
        }

        var parts = label?.Split(':');
        return parts is { Length: 2 } && TryNumber(parts[0], out var uid) && TryNumber(parts[1], out var gid) ? (uid, gid) : null;
    }

    private static bool TryNumber(string text, out uint number) =>
        uint.TryParse(text.AsSpan().TrimStart('+'), NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
