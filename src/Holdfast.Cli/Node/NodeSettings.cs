using System.Net;

namespace Holdfast.Cli.Node;

/// <summary>How a node is run, checked.</summary>
internal sealed record NodeSettings
{
    /// <summary>The port where nothing else is said.</summary>
    public const int DefaultPort = 8443;

    public required string DataFolder { get; init; }
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [new(IPAddress.Loopback, DefaultPort)];

    /// <summary>Path of an SQLite file or a PostgreSQL connection string, which may hold a password; null for the data folder's own file.</summary>
    public string? Database { get; init; }

    public Uri? PublicUrl { get; init; }

    /// <summary>The front ends that are believed.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];

    public string? CertificatePath { get; init; }
    public string? KeyPath { get; init; }
    public string? NodeName { get; init; }
    public string? VaultsFolder { get; init; }
    public string? KeysFolder { get; init; }
    public int JobsPerHostMax { get; init; } = 4;
    public string? LibvirtUri { get; init; }

    /// <summary>When items are examined beforehand and what counts as slow; null for what the control plane takes.</summary>
    public TimeSpan? PreCheckInterval { get; init; }

    public TimeSpan? PreCheckJitter { get; init; }
    public bool PreCheckRunsGuestPrograms { get; init; }
    public TimeSpan? BackupSlowAfter { get; init; }
    public TimeSpan? RestoreSlowAfter { get; init; }
    public string? AlertsPath { get; init; }

    /// <summary>Where traces are sent; null for nowhere.</summary>
    public Uri? Traces { get; init; }

    public LogFormat Log { get; init; }

    /// <summary>Without the connection string.</summary>
    public override string ToString() => $"node in {DataFolder}";
}
