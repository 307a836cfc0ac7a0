namespace Holdfast.Protection.Freeze;

/// <summary>Thaws a guest, however long it takes: the part that the guard and the recovery share.</summary>
internal sealed class GuestThawer(IGuardedGuestConnector connector, TimeProvider clock)
{
    private static readonly TimeSpan PauseFirst = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PauseLongest = TimeSpan.FromSeconds(2);

    /// <summary>A hypervisor that is stopped, not dead, blocks a call for ever: after this the connection is left behind.</summary>
    internal static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(15);

    /// <summary>A freeze that was still on its way when its sender died is frozen within this time, if at all.</summary>
    internal static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(2);

    /// <summary>Tries until the guest is seen thawed (twice, the settle time apart) or gone.</summary>
    public async Task<ThawAttempt> ThawAsync(string libvirtUri, Guid domain, CancellationToken ct)
    {
        IGuardedGuest? guest = null;
        var seenThawed = false;
        try
        {
            for (var pause = PauseFirst; ; pause = pause * 2 < PauseLongest ? pause * 2 : PauseLongest)
            {
                ct.ThrowIfCancellationRequested();
                ThawAttempt attempt;
                (guest, attempt) = await TryAsync(guest, libvirtUri, domain, ct);
                if (attempt is ThawAttempt.Gone || attempt is ThawAttempt.Thawed && seenThawed)
                    return attempt;
                seenThawed = attempt is ThawAttempt.Thawed;
                if (seenThawed)
                    pause = PauseFirst;
                await Task.Delay(seenThawed ? SettleTime : pause, clock, ct);
            }
        }
        finally
        {
            Abandon(guest);
        }
    }

    private async Task<(IGuardedGuest?, ThawAttempt)> TryAsync(IGuardedGuest? guest, string libvirtUri, Guid domain, CancellationToken ct)
    {
        try
        {
            guest ??= await ConnectAsync(libvirtUri, domain, ct);
            // Task.Run: a connector may block its thread for as long as libvirt does.
            var using_ = guest;
            return (guest, await Task.Run(() => using_.ThawAsync(ct), ct).WaitAsync(AttemptLimit, clock, ct));
        }
        // Whatever went wrong, the guest may be frozen: nothing but 'thawed', 'gone' or a cancellation ends the trying.
        catch (Exception) when (!ct.IsCancellationRequested)
        {
            Abandon(guest);
            return (null, ThawAttempt.NotYet);
        }
    }

    private async Task<IGuardedGuest> ConnectAsync(string libvirtUri, Guid domain, CancellationToken ct)
    {
        var connecting = Task.Run(() => connector.ConnectAsync(libvirtUri, domain, ct), ct);
        try
        {
            return await connecting.WaitAsync(AttemptLimit, clock, ct);
        }
        catch
        {
            _ = connecting.ContinueWith(static late => Abandon(late.IsCompletedSuccessfully ? late.GetAwaiter().GetResult() : null), TaskScheduler.Default);
            throw;
        }
    }

    // Closing waits for a call in progress, perhaps for ever: it isn't waited for.
    private static void Abandon(IGuardedGuest? guest)
    {
        if (guest is not null)
            _ = Task.Run(async () => await guest.DisposeAsync());
    }
}
