namespace Holdfast.ControlPlane.Schedule;

/// <summary>What the system knows of its clock.</summary>
public interface IClockSynchronisation
{
    /// <summary>Whether the clock is kept right by others'. False where that isn't known.</summary>
    Task<bool> IsSynchronisedAsync(CancellationToken ct);
}
