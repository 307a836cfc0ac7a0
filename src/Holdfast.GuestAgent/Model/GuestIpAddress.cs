using System.Net;

namespace Holdfast.GuestAgent;

/// <summary>An address with its prefix length.</summary>
/// <param name="Address">The address.</param>
/// <param name="PrefixBits">Bits of the network part.</param>
public sealed record GuestIpAddress(IPAddress Address, int PrefixBits);
