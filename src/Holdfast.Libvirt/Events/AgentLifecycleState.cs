namespace Holdfast.Libvirt;

/// <summary>State of the guest agent (virConnectDomainEventAgentLifecycleState).</summary>
public enum AgentLifecycleState
{
    /// <summary>Connected.</summary>
    Connected = 1,

    /// <summary>Gone.</summary>
    Disconnected = 2,
}
