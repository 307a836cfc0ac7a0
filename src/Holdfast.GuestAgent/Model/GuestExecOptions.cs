namespace Holdfast.GuestAgent;

/// <summary>Bounds of a program run in the guest.</summary>
public sealed record GuestExecOptions
{
    /// <summary>How long it may run.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it has to end after being told to, before it is killed.</summary>
    public TimeSpan KillGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most that is kept of each of its outputs.</summary>
    public int OutputBytesMax { get; init; } = 64 * 1024;
}
