using Holdfast.ControlPlane.Items;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>Looks every five minutes for items whose VM is gone while another one has its name: the proposal then stands with the item's health,
/// or is carried out where the item's policy says so.</summary>
internal sealed class RebindTask(Rebinding rebinding) : IMaintenanceTask
{
    public string Name => "rebind-proposals";

    public TimeSpan Interval => TimeSpan.FromMinutes(5);

    public Task RunAsync(CancellationToken ct) => rebinding.ProposeAsync(ct);
}
