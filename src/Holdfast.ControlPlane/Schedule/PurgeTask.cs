using Holdfast.ControlPlane.Items;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>Looks every ten minutes for soft-deleted items whose time is over.</summary>
internal sealed class PurgeTask(SoftDeletePurge purge, ExpiryClock clock) : IMaintenanceTask
{
    public string Name => "soft-delete-purge";

    public TimeSpan Interval => TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken ct)
    {
        if (await clock.IsBelievedAsync(ct).ConfigureAwait(false))
            await purge.RunAsync(ct).ConfigureAwait(false);
    }
}
