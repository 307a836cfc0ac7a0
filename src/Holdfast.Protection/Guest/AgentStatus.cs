using Holdfast.GuestAgent;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Guest;

/// <summary>A VM agent's state in full.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Uuid">The VM's UUID.</param>
/// <param name="State">connected, disconnected, not-responding, frozen, no-channel, or unknown where the VM is off.</param>
/// <param name="Version">The agent's version, where it answers.</param>
/// <param name="System">The guest's system, where it tells.</param>
/// <param name="Program">The agent's program, where that can be found out.</param>
/// <param name="Package">The package that it comes from, if it does.</param>
/// <param name="BlockedCommands">Commands that its configuration forbids.</param>
/// <param name="Frozen">Whether it holds the guest's file systems frozen; null where it doesn't answer.</param>
public sealed record AgentStatus(
    string Vm, Guid Uuid, string State, string? Version, string? System, string? Program, string? Package, IReadOnlyList<string> BlockedCommands, bool? Frozen)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks libvirt and the agent. Changes nothing.</summary>
    /// <param name="domain">The VM.</param>
    /// <param name="allowsPrograms">Whether programs may be run in the guest, to find out where the agent's own comes from.</param>
    /// <param name="ct">Cancels it.</param>
    public static async Task<AgentStatus> ReadAsync(Domain domain, bool allowsPrograms, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(domain);
        var empty = new AgentStatus(domain.Name, domain.Uuid, "unknown", null, null, null, null, [], null);
        var state = domain.GetState();
        if (domain.ReadXml().AgentChannel is not { } channel)
            return empty with { State = "no-channel" };
        if (state.State is not (DomainState.Running or DomainState.Blocked))
            return empty;
        if (channel.IsConnected is false)
            return empty with { State = "disconnected" };
        var agent = new GuestAgentClient(new LibvirtAgentChannel(domain), new GuestAgentClientOptions { CommandTimeout = Patience });
        try
        {
            await agent.PingAsync(null, ct).ConfigureAwait(false);
            var info = await agent.InfoAsync(ct).ConfigureAwait(false);
            var answering = empty with
            {
                State = "connected", Version = info.Version, BlockedCommands = [.. info.Commands.Where(c => !c.Value).Select(c => c.Key).Order(StringComparer.Ordinal)],
            };
            var frozen = await agent.FsFreezeStatusAsync(null, ct).ConfigureAwait(false) is FreezeStatus.Frozen;
            if (frozen)
                return answering with { Frozen = true };
            var system = info.Offers("guest-get-osinfo") ? (await agent.OsInfoAsync(ct).ConfigureAwait(false)).PrettyName : null;
            var origin = allowsPrograms ? await AgentOrigin.FindAsync(agent, ct).ConfigureAwait(false) : null;
            return answering with { Frozen = false, System = system, Program = origin?.Path, Package = origin?.Package };
        }
        catch (GuestAgentException e)
        {
            return empty with { State = e.Kind is GuestAgentErrorKind.NotConnected ? "disconnected" : e.Kind is GuestAgentErrorKind.FrozenState ? "frozen" : "not-responding" };
        }
    }
}
