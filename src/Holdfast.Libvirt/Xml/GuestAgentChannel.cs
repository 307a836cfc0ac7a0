namespace Holdfast.Libvirt;

/// <summary>The channel that the guest agent listens on.</summary>
/// <param name="IsConnected">The agent has opened it; null when the XML doesn't say (shut off, or not live XML).</param>
/// <param name="SocketPath">The socket on the host; null when libvirt is to choose.</param>
public sealed record GuestAgentChannel(bool? IsConnected, string? SocketPath)
{
    /// <summary>The name of the port.</summary>
    public const string PortName = "org.qemu.guest_agent.0";
}
