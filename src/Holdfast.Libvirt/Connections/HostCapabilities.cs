using System.Xml.Linq;

namespace Holdfast.Libvirt;

/// <summary>What a host says of itself.</summary>
public sealed class HostCapabilities
{
    private HostCapabilities(Guid? hostUuid, string architecture, IReadOnlyList<HostSecurityModel> securityModels, IReadOnlyList<string> domainTypes)
    {
        HostUuid = hostUuid;
        Architecture = architecture;
        SecurityModels = securityModels;
        DomainTypes = domainTypes;
    }

    /// <summary>The host's UUID, if it has one.</summary>
    public Guid? HostUuid { get; }

    /// <summary>The CPU architecture, such as <c>x86_64</c>.</summary>
    public string Architecture { get; }

    /// <summary>Active security models: <c>dac</c>, <c>apparmor</c>, <c>selinux</c>.</summary>
    public IReadOnlyList<HostSecurityModel> SecurityModels { get; }

    /// <summary>Domain types for the host's own architecture, such as <c>kvm</c> and <c>qemu</c>.</summary>
    public IReadOnlyList<string> DomainTypes { get; }

    /// <summary>AppArmor confines this host's QEMU processes.</summary>
    public bool UsesAppArmor => SecurityModels.Any(m => m.Model == "apparmor");

    /// <summary>The user and group ids that QEMU runs with, as the DAC model says; null where it isn't in use (session daemons, test drivers).</summary>
    public (uint UserId, uint GroupId)? QemuIdentity(string domainType = "kvm") =>
        SecurityModels.FirstOrDefault(m => m.Model == "dac")?.IdentityFor(domainType);

    /// <summary>Reads capabilities XML.</summary>
    /// <param name="xml">What <see cref="LibvirtConnection.GetCapabilitiesXml"/> returned.</param>
    public static HostCapabilities Parse(string xml)
    {
        var root = SafeXml.Parse(xml, "capabilities");
        var host = root.Element("host");
        var architecture = host?.Element("cpu")?.Element("arch")?.Value ?? "";
        var models = host?.Elements("secmodel")
            .Select(m => new HostSecurityModel(
                m.Element("model")?.Value ?? "",
                m.Element("doi")?.Value ?? "",
                m.Elements("baselabel").GroupBy(l => (string?)l.Attribute("type") ?? "").ToDictionary(g => g.Key, g => g.First().Value)))
            .ToList();
        var types = root.Elements("guest").Elements("arch")
            .Where(a => (string?)a.Attribute("name") == architecture)
            .Elements("domain").Select(d => (string?)d.Attribute("type") ?? "").Distinct().ToList();
        return new HostCapabilities(
            Guid.TryParse(host?.Element("uuid")?.Value, out var uuid) ? uuid : null,
            architecture,
            models ?? [],
            types);
    }
}
