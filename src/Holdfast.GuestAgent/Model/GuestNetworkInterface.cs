namespace Holdfast.GuestAgent;

/// <summary>A network interface of the guest.</summary>
/// <param name="Name">Its name.</param>
/// <param name="HardwareAddress">Its MAC address, where it has one.</param>
/// <param name="Addresses">Its addresses; those that can't be read as addresses are left out.</param>
public sealed record GuestNetworkInterface(string Name, string? HardwareAddress, IReadOnlyList<GuestIpAddress> Addresses);
