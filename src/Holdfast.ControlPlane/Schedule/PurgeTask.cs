using Holdfast.ControlPlane.Items;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>Looks every ten minutes for soft-deleted items whose time is over.</summary>
internal sealed class PurgeTask(SoftDeletePurge purge) : IMaintenanceTask
{
    public string Name => "soft-delete-purge";

    public TimeSpan Interval => TimeSpan.FromMinutes(10);

    public Task RunAsync(CancellationToken ct) => purge.RunAsync(ct);
}
