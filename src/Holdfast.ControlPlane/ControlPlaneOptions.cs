namespace Holdfast.ControlPlane;

/// <summary>How a node is set up.</summary>
public sealed record ControlPlaneOptions
{
    /// <summary>The node's data folder: database, keys, vaults, certificates, state.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The node's name; unlike every other node's on the same database.</summary>
    public string NodeName { get; init; } = Environment.MachineName;

    /// <summary>A PostgreSQL connection string (<c>Host=…</c>), or the path of an SQLite file; null takes control.db in the data folder.</summary>
    public string? Database { get; init; }

    /// <summary>The address that clients reach this node by, such as https://host:8443.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>The folder or URL below which new vaults' stores are made; null takes <c>vaults</c> in the data folder. Nodes that share vaults share this folder.</summary>
    public string? VaultsFolder { get; init; }

    /// <summary>Where the vaults' keys lie; null takes systemd's credentials folder where there is one, else <c>keys</c> in the data folder.</summary>
    public string? KeysFolder { get; init; }

    /// <summary>Where QEMU opens sockets and scratch files; null takes the engine's default.</summary>
    public string? ScratchFolder { get; init; }

    /// <summary>URI of the libvirt that is registered as host "local" at first start.</summary>
    public string LocalHostUri { get; init; } = "qemu:///system";

    /// <summary>Jobs that run at once on a host, where it says nothing else.</summary>
    public int JobsPerHostMax { get; init; } = 4;

    /// <summary>How long a lease holds without being renewed: after that another node takes the work over.</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the queue is looked at, and leases are renewed.</summary>
    public TimeSpan QueueInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a job waits for a node that reaches its host before it fails.</summary>
    public TimeSpan UnreachableHostPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long after it was asked for a cancellation may take before it counts as failed.</summary>
    public TimeSpan CancelPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often each protected item is examined beforehand.</summary>
    public TimeSpan PreCheckInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Up to this is added to the interval, so that the items of a host aren't examined all at once.</summary>
    public TimeSpan PreCheckJitter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether pre-checks run programs (stat, readlink, dpkg-query, rpm) in guests; else they only use the VM agent's own reading commands.</summary>
    public bool PreCheckRunsGuestPrograms { get; init; }

    /// <summary>Longer backups are told as slow.</summary>
    public TimeSpan BackupSlowAfter { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Longer restores are told as slow.</summary>
    public TimeSpan RestoreSlowAfter { get; init; } = TimeSpan.FromHours(6);

    /// <summary>A pre-check that is older than this says nothing about the present.</summary>
    public TimeSpan PreCheckStaleAfter => (PreCheckInterval + PreCheckJitter) * 3;

    /// <summary>Whether <see cref="Database"/> names a PostgreSQL server.</summary>
    public bool IsPostgres => Database?.Contains('=', StringComparison.Ordinal) is true;

    /// <summary>The SQLite file.</summary>
    public string DatabasePath => Path.GetFullPath(Database ?? Path.Combine(DataFolder, "control.db"));
}
