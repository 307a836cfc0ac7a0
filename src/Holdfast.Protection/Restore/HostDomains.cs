using Holdfast.Libvirt;

namespace Holdfast.Protection.Restore;

/// <summary>All that the host's domains name: definitions, and the live XML of those that run.</summary>
internal static class HostDomains
{
    public static IReadOnlyList<DomainXml> Read(LibvirtConnection host)
    {
        var found = new List<DomainXml>();
        foreach (var domain in host.ListDomains())
        {
            using (domain)
            {
                try
                {
                    if (domain.IsPersistent)
                        found.Add(domain.ReadXml(DomainXmlOptions.Inactive));
                    if (domain.IsActive)
                        found.Add(domain.ReadXml());
                }
                catch (LibvirtException e) when (e.IsNotFound)
                {
                    // Undefined since it was listed.
                }
            }
        }

        return found;
    }
}
