using Holdfast.Protection.Health.Network;

namespace Holdfast.ControlPlane.Health;

/// <summary>What this node has to reach over the network besides its hosts, as it was set up. Registered by whoever composes the node.</summary>
/// <param name="All">The endpoints.</param>
public sealed record NodeEndpoints(IReadOnlyList<HealthEndpoint> All);
