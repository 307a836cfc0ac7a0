using Holdfast.ControlPlane.Jobs;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>Forgets every hour the operations that no client polls any more.</summary>
internal sealed class ForgetTask(Operations operations) : IMaintenanceTask
{
    public string Name => "forget-operations";

    public TimeSpan Interval => TimeSpan.FromHours(1);

    public Task RunAsync(CancellationToken ct) => operations.ForgetOldAsync(ct);
}
