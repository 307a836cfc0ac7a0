using System.Threading.Channels;
using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Libvirt;
using Holdfast.Protection.Guest;

namespace Holdfast.Protection.Tests.Health;

public sealed class WindowsAgentRestartTests
{
    private static readonly DomainAgentLifecycleEvent Gone = new(Guid.Empty, "win", AgentLifecycleState.Disconnected, 2);
    private static readonly DomainAgentLifecycleEvent Back = Gone with { State = AgentLifecycleState.Connected };
    private readonly MemoryAgent _agent = new();
    private readonly Channel<LibvirtEvent> _events = Channel.CreateUnbounded<LibvirtEvent>();
    private int _code;

    public WindowsAgentRestartTests() => _agent.Run = (path, arguments) => path == "powershell.exe" ? (_code, "") : null;

    [Fact]
    public async Task It_is_over_when_the_agent_left_its_channel_opened_it_again_and_answers()
    {
        Report(Back, Gone, Back);
        var pings = 0;
        _agent.Instead["guest-ping"] = () => ++pings < 3 ? throw new GuestAgentException(GuestAgentErrorKind.Unresponsive, "?") : """{"return":{}}""";
        await RunAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(3, pings);
    }

    [Fact]
    public async Task An_agent_that_was_stopped_before_it_could_tell_of_its_command_is_awaited_all_the_same()
    {
        Report(Gone, Back);
        _agent.Instead["guest-exec-status"] = () => throw new GuestAgentException(GuestAgentErrorKind.NotConnected, "?");
        await RunAsync(TimeSpan.FromMinutes(1));
        Report(Gone, Back);
        _agent.Instead["guest-exec-status"] = () => throw GuestAgentException.FromGuest("GenericError", "PID 1 does not exist");
        await RunAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_guest_without_powershell_is_told_as_that()
    {
        _agent.Run = (_, _) => null;
        await Assert.ThrowsAsync<GuestAgentException>(() => RunAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task An_agent_that_does_not_open_its_channel_again_or_never_answers_did_not_return()
    {
        Report(Gone);
        Assert.Equal("HoldfastAgentDidNotReturn", await RefusedAsync());
        Report(Gone, Back);
        _agent.Instead["guest-ping"] = () => throw new GuestAgentException(GuestAgentErrorKind.Unresponsive, "?");
        Assert.Equal("HoldfastAgentDidNotReturn", await RefusedAsync());
    }

    [Fact]
    public async Task A_service_that_goes_on_running_is_no_restart()
    {
        Report(Back);
        Assert.Equal(AgentFaults.AgentCommandFailed("win", "", "").Code.Value, await RefusedAsync());
        Report(Gone, Back);
        _code = 9;
        Assert.Equal(AgentFaults.AgentCommandFailed("win", "", "").Code.Value, await RefusedAsync());
    }

    [Fact]
    public async Task A_connection_that_ends_is_told_at_once()
    {
        Report(Gone, new ConnectionClosedEvent(ConnectionCloseReason.EndOfFile));
        var fault = await Assert.ThrowsAsync<FaultException>(() => RunAsync(TimeSpan.FromDays(1)));
        Assert.Equal(HostFaults.HypervisorConnectionLost("").Code, fault.Fault.Code);
    }

    private async Task<string> RefusedAsync() => (await Assert.ThrowsAsync<FaultException>(() => RunAsync(TimeSpan.FromMilliseconds(20)))).Fault.Code.Value;

    private Task RunAsync(TimeSpan limit) => new WindowsAgentRestart(TimeProvider.System) { StopLimit = limit, ReturnLimit = limit }
        .RunAsync(new GuestAgentClient(_agent), _events.Reader, "win", TestContext.Current.CancellationToken);

    private void Report(params LibvirtEvent[] events)
    {
        while (_events.Reader.TryRead(out _))
        {
        }

        foreach (var one in events)
            Assert.True(_events.Writer.TryWrite(one));
    }
}
