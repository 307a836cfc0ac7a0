using Holdfast.Faults;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Restore;

/// <summary>Shuts a VM down in order, within a limit. Never pulls the plug.</summary>
internal sealed class VmShutdown(TimeProvider time)
{
    /// <summary>How long a guest may take.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AgentPatience = TimeSpan.FromSeconds(30);

    /// <summary>Asks the guest, by its agent and then by the power button, and waits until it is off.</summary>
    /// <remarks>
    /// There is no cancelling it: a guest that was asked goes off all the same, and it is only started again by who sees it off.
    /// </remarks>
    /// <exception cref="FaultException">It didn't shut down in time.</exception>
    public async Task RunAsync(Domain domain)
    {
        var started = time.GetTimestamp();
        string? refusal = null;
        var pressed = false;
        if (!Ask(DomainShutdownMode.GuestAgent))
        {
            pressed = true;
            if (!Ask(DomainShutdownMode.AcpiPowerButton) && !Ask(DomainShutdownMode.Default) && domain.IsActive)
                throw new FaultException(HostFaults.HypervisorOperationFailed($"shut down the VM {domain.Name}", refusal ?? ""));
        }

        // libvirt's events need a running loop that this operation may not have; asking costs next to nothing.
        while (domain.IsActive)
        {
            if (time.GetElapsedTime(started) > Limit)
                throw new FaultException(RestoreFaults.VmShutdownTimedOut(domain.Name, Limit));
            if (!pressed && time.GetElapsedTime(started) > AgentPatience)
            {
                pressed = true;
                Ask(DomainShutdownMode.AcpiPowerButton);
            }

            await Task.Delay(Interval, time).ConfigureAwait(false);
        }

        bool Ask(DomainShutdownMode mode)
        {
            try
            {
                domain.Shutdown(mode);
                return true;
            }
            catch (LibvirtException e) when (!e.IsConnectionLost)
            {
                // No agent, or off already: another way is tried, and the loop sees what became of it.
                refusal = e.Message;
                return false;
            }
        }
    }
}
