namespace Holdfast.Cli.Node;

/// <summary>What a running node says of itself to other commands of its host.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Address">Where it is reached.</param>
/// <param name="Authority">The certificate to trust; empty where the certificate is the user's.</param>
/// <param name="ProcessId">Its process.</param>
internal sealed record NodeAnnouncement(string Node, string Address, string Authority, int ProcessId);
