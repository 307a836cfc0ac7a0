using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Health.Windows;

/// <summary>
/// A VM whose agent is the stand-in: libvirt, QEMU and the agent's port are real; a relay in the guest passes every byte between that port and a second one,
/// whose socket is the test's.
/// </summary>
public sealed class WindowsGuestFixture(Host host) : IAsyncLifetime
{
    private const string RelayPort = "holdfast.relay.0";
    private string _socket = "";

    /// <summary>The VM.</summary>
    public Guest Guest { get; private set; } = null!;

    /// <summary>Its agent.</summary>
    internal WindowsAgent Agent { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Guest = await Guest.BootAsync(host, GuestSpec.OneDisk with
        {
            KernelArguments = "guest.agent=off",
            DevicesXml = $"<channel type='unix'><source mode='bind'/><target type='virtio' name='{RelayPort}'/></channel>",
        });
        _socket = (await Guest.XmlAsync()).Descendants("channel").Single(c => c.Element("target")!.Attribute("name")!.Value == RelayPort).Element("source")!.Attribute("path")!.Value;
    }

    /// <summary>A guest that is well, whose agent has just been started: whatever a test did to the channel is over.</summary>
    internal async Task<WindowsAgent> RestartAsync()
    {
        await using var console = await Guest.OpenConsoleAsync();
        await console.RunAsync("[ ! -e /run/relay.pid ] || { kill -9 -$(cat /run/relay.pid); while kill -0 -$(cat /run/relay.pid) 2>/dev/null; do sleep 0.1; done; rm -f /run/relay.pid; }");
        if (Agent is not null)
            await Agent.DisposeAsync();
        Agent = await WindowsAgent.ConnectAsync(_socket);
        // A port whose other end isn't open yet reads as ended: it is read again.
        await console.RunAsync(
            "setsid sh -c 'echo $$ >/run/relay.pid; exec 3<>/dev/virtio-ports/org.qemu.guest_agent.0 4<>/dev/virtio-ports/" + RelayPort
            + "; while :; do cat <&3 >&4; sleep 0.1; done & while :; do cat <&4 >&3; sleep 0.1; done & wait' </dev/null >/dev/null 2>&1 & true");
        await Guest.Agent.AwaitAsync();
        return Agent;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Agent is not null)
            await Agent.DisposeAsync();
        if (Guest is not null)
            await Guest.DisposeAsync();
    }
}
