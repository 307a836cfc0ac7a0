namespace Holdfast.Cli;

/// <summary>What the command's exit code says. Stable: scripts rely on it.</summary>
public enum ExitCode
{
    /// <summary>Everything was done as asked.</summary>
    Done = 0,

    /// <summary>It failed; nothing of it took effect unless the output says otherwise.</summary>
    Failed = 1,

    /// <summary>The command line is wrong, or something that it needs wasn't given.</summary>
    Usage = 2,

    /// <summary>Done, but with less consistency than was asked for.</summary>
    Degraded = 3,

    /// <summary>Done for some of the VMs, failed for others.</summary>
    Partial = 4,

    /// <summary>A verification found damage.</summary>
    Damage = 5,

    /// <summary>The VM, recovery point, vault or key slot named doesn't exist.</summary>
    NotFound = 6,

    /// <summary>Something else is at work on the VM, image or vault; try again later.</summary>
    Busy = 7,

    /// <summary>The vault can't be opened with the passphrase or key given.</summary>
    WrongKey = 8,

    /// <summary>Everything was done as asked, but what it gave couldn't be written to standard output.</summary>
    OutputLost = 9,

    /// <summary>An examination found nothing wrong, but not every check could run.</summary>
    HealthUnknown = 10,

    /// <summary>An examination found what is worth a warning.</summary>
    HealthWarning = 11,

    /// <summary>An examination found what would make a backup or restore fail.</summary>
    HealthFailed = 12,

    /// <summary>Cancelled before anything was committed.</summary>
    Cancelled = 130,
}
