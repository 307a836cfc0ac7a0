using Holdfast.Faults;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Node;

/// <summary>Undoes on a domain or its host what a run did there, also where the run's connection to libvirt is lost: then over new ones, for a bounded time.</summary>
internal static class DomainCleanUp
{
    /// <summary>How long a libvirt that is away is waited for: a restart of its daemon takes seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Does <paramref name="action"/>, which may be begun more than once.</summary>
    /// <returns>False: it couldn't be done, and is left to the next start. A domain that is gone needs nothing done.</returns>
    public static Task<bool> TryAsync(EngineContext context, Domain domain, Func<Domain, Task> action) => TryAsync(context, () => action(domain), async host =>
    {
        using var found = host.FindDomain(domain.Uuid);
        if (found is not null)
            await action(found).ConfigureAwait(false);
    });

    /// <summary>Does <paramref name="action"/> on the host, which may be begun more than once.</summary>
    /// <returns>False: it couldn't be done, and is left to the next start.</returns>
    public static Task<bool> TryAsync(EngineContext context, Func<LibvirtConnection, Task> action) =>
        TryAsync(context, () => action(context.RequiredHost), action);

    private static async Task<bool> TryAsync(EngineContext context, Func<Task> action, Func<LibvirtConnection, Task> anew)
    {
        try
        {
            await action().ConfigureAwait(false);
            return true;
        }
        catch (LibvirtException e) when (e.IsNotFound)
        {
            return true;
        }
        catch (LibvirtException e) when (e.IsConnectionLost)
        {
            return await TryAnewAsync(context, anew).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LibvirtException or FaultException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<bool> TryAnewAsync(EngineContext context, Func<LibvirtConnection, Task> action)
    {
        using var limit = new CancellationTokenSource(Patience, context.Time);
        while (true)
        {
            try
            {
                using var host = await LibvirtConnection.OpenAsync(context.RequiredHost.Uri, readOnly: false, limit.Token).ConfigureAwait(false);
                HostOpening.KeepAlive(host);
                // Bounded of its own: what it asks of QEMU may never be answered, though libvirt itself is back.
                await Task.Run(() => action(host), limit.Token).WaitAsync(Patience, context.Time).ConfigureAwait(false);
                return true;
            }
            catch (LibvirtException e) when (e.IsNotFound)
            {
                return true;
            }
            catch (LibvirtException) when (!limit.IsCancellationRequested)
            {
                // Still away, or away again.
            }
            catch (Exception e) when (e is LibvirtException or FaultException or OperationCanceledException or TimeoutException)
            {
                return false;
            }

            await Task.Delay(Pause, context.Time, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
