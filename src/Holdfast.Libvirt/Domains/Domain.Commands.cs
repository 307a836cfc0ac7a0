using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

public sealed unsafe partial class Domain
{
    /// <summary>Sends one command to the guest agent and waits for its reply.</summary>
    /// <remarks>
    /// libvirt sends a guest-sync first and lets one command run at a time per domain. Errors to expect: AgentUnresponsive (no answer
    /// in time, or no agent connected), AgentUnsynced, OperationInvalid (not running), ArgumentUnsupported (no agent channel), InternalError with the guest's own
    /// error text. After AgentUnresponsive it isn't known whether the guest did it.
    /// </remarks>
    /// <param name="commandJson">The command as JSON.</param>
    /// <param name="timeoutSeconds">Seconds to wait for the reply; 1 or more. The domain's own agent time-out isn't touched.</param>
    /// <returns>The reply as the guest sent it: never to be trusted.</returns>
    public string AgentCommand(string commandJson, int timeoutSeconds)
    {
        ArgumentException.ThrowIfNullOrEmpty(commandJson);
        ArgumentOutOfRangeException.ThrowIfLessThan(timeoutSeconds, 1);
        return NativeCall.TakeString(
            NativeLibvirt.virDomainQemuAgentCommand(_handle, commandJson, timeoutSeconds, 0),
            nameof(NativeLibvirt.virDomainQemuAgentCommand));
    }

    /// <summary>Sends one command to the guest agent, on a thread of its own; see <see cref="AgentCommand"/>.</summary>
    /// <param name="commandJson">The command as JSON.</param>
    /// <param name="timeoutSeconds">Seconds to wait for the reply; 1 or more.</param>
    /// <param name="ct">Stops waiting: the command may still reach the guest, and may still be carried out (INV-4).</param>
    public Task<string> AgentCommandAsync(string commandJson, int timeoutSeconds, CancellationToken ct) =>
        DedicatedThread.RunAsync(() => AgentCommand(commandJson, timeoutSeconds), ct);

    /// <summary>Sends a QMP command. For tests and diagnosis only: libvirt marks the domain as tainted (custom-monitor) until it is stopped.</summary>
    /// <param name="commandJson">The command as JSON.</param>
    public string MonitorCommand(string commandJson)
    {
        const string call = nameof(NativeLibvirt.virDomainQemuMonitorCommand);
        NativeCall.Check(NativeLibvirt.virDomainQemuMonitorCommand(_handle, commandJson, out var result, 0), call);
        return NativeCall.TakeString(result, call);
    }
}
