using Holdfast.Libvirt;

namespace Holdfast.Protection.Guest;

/// <summary>Gives a VM the channel that its agent listens on.</summary>
public static class AgentChannelAttachment
{
    private const string Channel = $"<channel type='unix'><target type='virtio' name='{GuestAgentChannel.PortName}'/></channel>";

    /// <summary>Adds the channel to the definition, and to the running VM where its devices allow that; says which.</summary>
    public static string Attach(Domain domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        var isActive = domain.GetState().IsActive;
        if (domain.ReadXml(DomainXmlOptions.Inactive).AgentChannel is not null)
            return isActive && domain.ReadXml().AgentChannel is null ? "its definition has it already; it is there after the next start" : "it is there already";
        if (!isActive)
        {
            domain.AttachDevice(Channel, live: false);
            return "added; it is there at the next start";
        }

        try
        {
            domain.AttachDevice(Channel, live: true);
            return "added to the running VM and its definition";
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            // No free port on a controller that can be had without a restart.
            domain.AttachDevice(Channel, live: false);
            return "added to its definition; it is there after the next shutdown and start";
        }
    }
}
