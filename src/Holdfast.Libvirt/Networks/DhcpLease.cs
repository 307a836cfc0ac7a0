namespace Holdfast.Libvirt;

/// <summary>A DHCP lease.</summary>
/// <param name="Mac">The guest's MAC address.</param>
/// <param name="IpAddress">The address given.</param>
/// <param name="HostName">The name the guest gave; never to be trusted.</param>
/// <param name="ExpiresUtc">When it ends; null for never.</param>
public sealed record DhcpLease(string Mac, string IpAddress, string? HostName, DateTimeOffset? ExpiresUtc);
