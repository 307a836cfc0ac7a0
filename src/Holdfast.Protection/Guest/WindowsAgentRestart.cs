using System.Globalization;
using System.Threading.Channels;
using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Guest;

/// <summary>
/// Restarts the agent's service of a Windows guest through the agent itself, and sees that it comes back. Who stops a service that it is a child of ends with it before it could
/// start it again: so the agent only has Windows' management service start what does both, which is then no child of the agent's.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class WindowsAgentRestart(TimeProvider time)
{
    /// <summary>The agent's service.</summary>
    public const string Service = "QEMU-GA";

    // The pause lets the agent tell how its own command ended. Nothing in it comes from the guest.
    private const string Detached = "cmd.exe /d /c ping -n 4 127.0.0.1 >nul & net stop " + Service + " /y & net start " + Service;
    private const string Script =
        "exit [int](Invoke-CimMethod -ClassName Win32_Process -MethodName Create -Arguments @{ CommandLine = '" + Detached + "' } -ErrorAction Stop).ReturnValue";

    private const int OutputBytesMax = 4096;
    private static readonly TimeSpan LaunchLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>How long it may take until the agent leaves its channel.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long it may then take until it answers again.</summary>
    public TimeSpan ReturnLimit { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Restarts it.</summary>
    /// <exception cref="FaultException">A backup is at work, the service went on running, or the agent stays away.</exception>
    public async Task RunAsync(LibvirtConnection host, Domain domain, CancellationToken ct)
    {
        if (domain.TryGetBackup(out _))
            throw new FaultException(BackupFaults.OperationInProgress(domain.Name, "a backup job"));
        // Before the command: what happens meanwhile isn't missed.
        using var events = host.Subscribe(DomainEventKinds.AgentLifecycle, domain);
        await RunAsync(new GuestAgentClient(new LibvirtAgentChannel(domain), new GuestAgentClientOptions { TimeProvider = time }), events.Events, domain.Name, ct).ConfigureAwait(false);
    }

    /// <summary>Restarts it, told by events when it goes and comes.</summary>
    internal async Task RunAsync(GuestAgentClient agent, ChannelReader<LibvirtEvent> events, string vm, CancellationToken ct)
    {
        await LaunchAsync(agent, vm, ct).ConfigureAwait(false);
        if (!await SeesAsync(AgentLifecycleState.Disconnected, events, StopLimit, ct).ConfigureAwait(false))
            throw NotStopped(vm, string.Create(CultureInfo.InvariantCulture, $"the service didn't stop within {StopLimit.TotalSeconds:0} s"));
        var left = time.GetTimestamp();
        if (!await SeesAsync(AgentLifecycleState.Connected, events, ReturnLimit, ct).ConfigureAwait(false))
            throw new FaultException(HealthFaults.AgentDidNotReturn(vm, ReturnLimit));
        await AnswersAsync(agent, vm, left, ct).ConfigureAwait(false);
    }

    private async Task LaunchAsync(GuestAgentClient agent, string vm, CancellationToken ct)
    {
        var launched = await agent.StartExecAsync(new GuestCommand("powershell.exe", "-NoProfile", "-NonInteractive", "-Command", Script), ct).ConfigureAwait(false);
        var started = time.GetTimestamp();
        try
        {
            while (true)
            {
                var status = await agent.ExecStatusAsync(launched, OutputBytesMax, ct).ConfigureAwait(false);
                if (status is { Exited: true, ExitCode: 0 })
                    return;
                if (status.Exited)
                    throw NotStopped(vm, status.ErrorOutput.ToText(300));
                if (time.GetElapsedTime(started) > LaunchLimit)
                    throw NotStopped(vm, "PowerShell didn't end");
                await Task.Delay(Pause, time, ct).ConfigureAwait(false);
            }
        }
        catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.NotConnected or GuestAgentErrorKind.Unresponsive or GuestAgentErrorKind.GuestError)
        {
            // It was quick: the agent is being stopped already, or another knows nothing of the command. The events tell.
        }
    }

    /// <returns>Whether the state was reported in time.</returns>
    private async Task<bool> SeesAsync(AgentLifecycleState state, ChannelReader<LibvirtEvent> events, TimeSpan limit, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        try
        {
            while (true)
            {
                switch (await events.ReadAsync(both.Token).ConfigureAwait(false))
                {
                    case DomainAgentLifecycleEvent seen when seen.State == state:
                        return true;
                    case ConnectionClosedEvent closed:
                        throw new FaultException(HostFaults.HypervisorConnectionLost(closed.Reason.ToString()));
                }
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }

    // An open channel isn't an agent that answers yet.
    private async Task AnswersAsync(GuestAgentClient agent, string vm, long left, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await agent.PingAsync(ct: ct).ConfigureAwait(false);
                return;
            }
            catch (GuestAgentException e)
            {
                if (time.GetElapsedTime(left) > ReturnLimit)
                    throw new FaultException(HealthFaults.AgentDidNotReturn(vm, ReturnLimit), e);
                await Task.Delay(Pause, time, ct).ConfigureAwait(false);
            }
        }
    }

    private static FaultException NotStopped(string vm, string reason) => new(AgentFaults.AgentCommandFailed(vm, "net stop " + Service, reason));
}
