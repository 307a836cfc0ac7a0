using Holdfast.GuestAgent;

namespace Holdfast.Protection.Health.Probes;

/// <summary>How the agent can be reached.</summary>
internal enum AgentReach
{
    /// <summary>The guest doesn't run, so there is nothing to ask.</summary>
    NotRunning,

    /// <summary>The VM has no channel.</summary>
    NoChannel,

    /// <summary>Nothing in the guest has opened the channel.</summary>
    Disconnected,

    /// <summary>The channel is open, and nobody answers in time.</summary>
    Silent,

    /// <summary>It answers, but not as an agent does.</summary>
    Garbled,

    /// <summary>It answers.</summary>
    Answering,

    /// <summary>libvirt couldn't be asked, or a backup is freezing the guest.</summary>
    NotAsked,
}

/// <summary>The first talk with the agent: what every other check of the guest depends on.</summary>
/// <param name="Reach">How it can be reached.</param>
/// <param name="Info">Version and commands, where it answers.</param>
/// <param name="IsFrozen">It holds the guest's file systems frozen.</param>
/// <param name="Detail">What went wrong, in words.</param>
/// <param name="Os">The guest's operating system, where it tells.</param>
internal sealed record AgentContact(AgentReach Reach, AgentInfo? Info = null, bool IsFrozen = false, string Detail = "", GuestOs? Os = null)
{
    /// <summary>Makes contact: version and commands, then whether it is frozen.</summary>
    public static async Task<AgentContact> MakeAsync(GuestAgentClient agent, CancellationToken ct)
    {
        try
        {
            await agent.PingAsync(null, ct).ConfigureAwait(false);
            var info = await agent.InfoAsync(ct).ConfigureAwait(false);
            var frozen = info.Offers("guest-fsfreeze-status") && await agent.FsFreezeStatusAsync(null, ct).ConfigureAwait(false) is FreezeStatus.Frozen;
            return new AgentContact(AgentReach.Answering, info, frozen, Os: frozen ? null : await OsAsync(agent, info, ct).ConfigureAwait(false));
        }
        catch (GuestAgentException e)
        {
            return e.Kind switch
            {
                // A frozen agent answers only what belongs to the freeze.
                GuestAgentErrorKind.FrozenState => new AgentContact(AgentReach.Answering, IsFrozen: true, Detail: e.Message),
                _ => new AgentContact(
                    e.Kind switch
                    {
                        GuestAgentErrorKind.NotConfigured => AgentReach.NoChannel,
                        GuestAgentErrorKind.NotConnected => AgentReach.Disconnected,
                        GuestAgentErrorKind.Unresponsive => AgentReach.Silent,
                        GuestAgentErrorKind.DomainNotRunning => AgentReach.NotRunning,
                        GuestAgentErrorKind.ChannelLost => AgentReach.NotAsked,
                        _ => AgentReach.Garbled,
                    },
                    Detail: e.Message),
            };
        }
    }

    // Which system it is decides which checks apply; a guest that doesn't tell is taken for the usual one.
    private static async Task<GuestOs?> OsAsync(GuestAgentClient agent, AgentInfo info, CancellationToken ct)
    {
        try
        {
            return info.Offers("guest-get-osinfo") ? await agent.OsInfoAsync(ct).ConfigureAwait(false) : null;
        }
        catch (GuestAgentException)
        {
            return null;
        }
    }
}
