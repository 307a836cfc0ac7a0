namespace Holdfast.Protection.Freeze;

/// <summary>A guest as the guard sees it: over a connection of its own, and able to be thawed.</summary>
public interface IGuardedGuest : IAsyncDisposable
{
    /// <summary>Tries once to thaw. An exception means: not known, connect anew and try again.</summary>
    Task<ThawAttempt> ThawAsync(CancellationToken ct);
}
