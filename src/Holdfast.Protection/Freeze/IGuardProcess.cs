namespace Holdfast.Protection.Freeze;

/// <summary>A started guard, seen from the node. Disposing closes the pipes, and never ends the process: an armed guard acts on that.</summary>
public interface IGuardProcess : IDisposable
{
    /// <summary>Who it is.</summary>
    ProcessIdentity Identity { get; }

    /// <summary>The guard's standard input. Its end means that the node is gone.</summary>
    Stream Input { get; }

    /// <summary>The guard's standard output.</summary>
    Stream Output { get; }

    /// <summary>Whether it has ended.</summary>
    bool HasExited { get; }

    /// <summary>Waits for its end.</summary>
    Task WaitForExitAsync(CancellationToken ct);
}
