using Holdfast.GuestAgent;
using Holdfast.Libvirt;
using Holdfast.Protection.Guest;

namespace Holdfast.Protection.Freeze;

/// <summary>Reaches guests to be thawed through libvirt, each over a connection of its own.</summary>
public sealed class LibvirtGuardedGuestConnector : IGuardedGuestConnector
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(5);

    private LibvirtGuardedGuestConnector()
    {
    }

    /// <summary>The one there is: it holds nothing.</summary>
    public static LibvirtGuardedGuestConnector Instance { get; } = new();

    /// <inheritdoc/>
    public async Task<IGuardedGuest> ConnectAsync(string libvirtUri, Guid domain, CancellationToken ct) =>
        new Reached(await LibvirtConnection.OpenAsync(LibvirtUri.Resolve(libvirtUri), readOnly: false, ct), domain);

    private sealed class Reached(LibvirtConnection connection, Guid id) : IGuardedGuest
    {
        public async Task<ThawAttempt> ThawAsync(CancellationToken ct)
        {
            if (connection.FindDomain(id) is not { } domain)
                return ThawAttempt.Gone;
            using (domain)
            {
                if (domain.GetState().State is DomainState.ShutOff or DomainState.Crashed)
                    return ThawAttempt.Gone;
                var agent = new GuestAgentClient(new LibvirtAgentChannel(domain));
                if (await IsThawedAsync(agent, ct))
                    return ThawAttempt.Thawed;
                await agent.FsThawAsync(CommandTimeout, ct);
                return await IsThawedAsync(agent, ct) ? ThawAttempt.Thawed : ThawAttempt.NotYet;
            }
        }

        public ValueTask DisposeAsync()
        {
            connection.Dispose();
            return ValueTask.CompletedTask;
        }

        private static async Task<bool> IsThawedAsync(GuestAgentClient agent, CancellationToken ct) =>
            await agent.FsFreezeStatusAsync(CommandTimeout, ct) is FreezeStatus.Thawed;
    }
}
