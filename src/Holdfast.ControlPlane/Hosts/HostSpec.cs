namespace Holdfast.ControlPlane.Hosts;

/// <summary>A host to register.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uri">libvirt's URI; local to the nodes that reach it.</param>
/// <param name="ResourceGroup">The resource group of its resources; made if missing.</param>
/// <param name="Location">The location of its resources.</param>
/// <param name="JobsMax">How many jobs run at once on it; null is the node's default.</param>
/// <param name="Nodes">The nodes that reach it; empty is every node.</param>
public sealed record HostSpec(string Name, string Uri, string ResourceGroup, string Location, int? JobsMax, IReadOnlyList<string> Nodes);
