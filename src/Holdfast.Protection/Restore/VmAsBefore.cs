using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Freeze;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Restore;

/// <summary>A VM that a restore in place shut down runs again when that restore came to nothing: its user finds it as it was.</summary>
internal static class VmAsBefore
{
    /// <summary>Starts the VM if it ran before and is off now.</summary>
    /// <returns>What the user should know: that it couldn't be started.</returns>
    public static async Task<Fault?> RestoreAsync(EngineContext context, RestoreJournal journal)
    {
        if (journal.RanOnBoot is not { } boot || boot != ProcessIdentity.CurrentBoot() || context.Host is not { } host)
            return null;
        try
        {
            using var domain = host.FindDomain(journal.Uuid);
            if (domain is { IsActive: false })
            {
                await context.Effects.RunAsync(Effect.StartDomain, () => domain.StartAsync(DomainStartOptions.None, CancellationToken.None))
                    .ConfigureAwait(false);
            }

            return null;
        }
        catch (LibvirtException e)
        {
            return RestoreFaults.VmNotStartedAgain(journal.Vm, e.Message);
        }
    }
}
