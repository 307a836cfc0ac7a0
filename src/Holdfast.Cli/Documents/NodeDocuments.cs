using Holdfast.ControlPlane.Hosts;

namespace Holdfast.Cli.Documents;

/// <summary>A node that is up, in JSON.</summary>
internal sealed record ServingDocument(string Address, string Authority, string Tenant, string? InitialCredential);

/// <summary>Hosts in JSON.</summary>
internal sealed record HostsDocument(IReadOnlyList<HostDocument> Hosts);

/// <summary>A registered libvirt connection in JSON.</summary>
internal sealed record HostDocument(
    string Name, string Uri, string Subscription, string ResourceGroup, string Location, int Jobs, IReadOnlyList<string> Nodes, DateTimeOffset Created)
{
    public static HostDocument Of(HostRow h) => new(h.Name, h.Uri, h.SubscriptionId, h.ResourceGroup, h.Location, h.JobsMax, h.Nodes, h.CreatedUtc);
}
