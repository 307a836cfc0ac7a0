using Holdfast.GuestAgent;

namespace Holdfast.Protection.Health.Probes;

/// <summary>Lets no command through while a backup of this node is freezing the guest: a check must not stand in the freeze's way.</summary>
internal sealed class GatedAgentChannel(IGuestAgentChannel inner, Func<bool> isBeingFrozen) : IGuestAgentChannel
{
    public const string Busy = "a backup is freezing the guest";

    public Task<string> ExchangeAsync(string commandJson, TimeSpan timeout, CancellationToken ct) => isBeingFrozen()
        ? throw new GuestAgentException(GuestAgentErrorKind.ChannelLost, Busy) : inner.ExchangeAsync(commandJson, timeout, ct);
}
