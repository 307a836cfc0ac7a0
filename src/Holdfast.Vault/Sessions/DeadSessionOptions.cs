namespace Holdfast.Vault;

/// <summary>How sessions of dead writers are told from those of slow ones.</summary>
public sealed class DeadSessionOptions
{
    /// <summary>
    /// Also watch the heartbeats of writers whose process can't be seen from here. That takes
    /// <see cref="Observations"/> times <see cref="Interval"/>; without it such sessions are left alone.
    /// </summary>
    public bool WatchHeartbeats { get; init; }

    /// <summary>Through how many observations a counter must stand still.</summary>
    public int Observations { get; init; } = 6;

    /// <summary>The time between observations by this process's monotonic clock; at least the writers' heartbeat interval.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Only sessions of this source, if given.</summary>
    public SourceId? Source { get; init; }
}
