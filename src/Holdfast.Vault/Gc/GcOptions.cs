namespace Holdfast.Vault;

/// <summary>How garbage is collected.</summary>
public sealed class GcOptions
{
    /// <summary>Only finds out what could go; changes nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>
    /// How long a condemned pack stays before it is dropped, by this machine's clock. Points don't depend on it (they are protected by what sessions and
    /// marks say); it is for a restore of a point that was just deleted, and for second thoughts.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Packs with a smaller part in use than this are written anew without the rest.</summary>
    public double RepackBelow { get; init; } = 0.70;

    /// <summary>The part of the vault that one run may write anew.</summary>
    public double RepackBudget { get; init; } = 0.10;

    /// <summary>
    /// How sessions are found to be dead. With <see cref="DeadSessionOptions.WatchHeartbeats"/> also a writer whose process is there but stopped
    /// loses its session, so that it can't hold the collection up for ever.
    /// </summary>
    public DeadSessionOptions DeadSessions { get; init; } = new();
}
