using Holdfast.GuestAgent;
using Holdfast.Libvirt;
using Holdfast.Protection.Backup;

namespace Holdfast.Protection.Health.Probes;

/// <summary>What checks ask about a VM. Each fact is asked for once in a run, however many checks want it; none of them changes anything.</summary>
internal interface IVmProbe : IDisposable
{
    string Name { get; }

    Guid Uuid { get; }

    /// <summary>A backup of this node is between the decision to freeze this guest and its thaw.</summary>
    bool IsBeingFrozen { get; }

    /// <summary>What a dead run left of which this node has a record: a few words, or null.</summary>
    string? Leftover { get; }

    /// <summary>The agent. Every command is refused while a backup freezes the guest.</summary>
    GuestAgentClient Agent { get; }

    Task<DomainStateInfo> GetStateAsync();

    Task<DomainXml> GetXmlAsync();

    Task<AgentContact> GetContactAsync();

    Task<IReadOnlyList<DiskLook>> GetDisksAsync();

    Task<VmJobs> GetJobsAsync();

    Task<IReadOnlyList<CheckpointLook>> GetCheckpointsAsync();

    /// <summary>The virtual processors' use of the host's, over a while; null where it can't be read.</summary>
    Task<VcpuUse?> MeasureVcpusAsync(TimeSpan window, CancellationToken ct);

    /// <summary>The host's networks that the VM's interfaces name.</summary>
    Task<IReadOnlyList<NetworkLook>> GetNetworksAsync();

    /// <summary>Names of pools that the VM's disks are volumes of, with whether each runs (null: there is none).</summary>
    Task<IReadOnlyDictionary<string, bool?>> GetPoolsAsync();

    /// <summary>Secrets that the VM's definition names and that can't be read, each with the reason.</summary>
    Task<IReadOnlyList<(string Secret, string Reason)>> GetUnreadableSecretsAsync();

    /// <summary>Why the state of the VM's emulated TPM can't be kept; null where it can, or there is none.</summary>
    Task<Faults.Fault?> GetTpmTroubleAsync();
}

/// <summary>A disk and what can be said of it.</summary>
internal sealed record DiskLook(DiskFacts Facts, Faults.Fault? Trouble);

/// <summary>Jobs on a domain.</summary>
/// <param name="HasBackup">A backup job runs.</param>
/// <param name="IsOurs">A record of this node proves it ours.</param>
/// <param name="BlockJobs">Block jobs by disk.</param>
/// <param name="DomainJob">Another job of the domain, or null.</param>
internal sealed record VmJobs(bool HasBackup, bool IsOurs, IReadOnlyList<(string Disk, string Job)> BlockJobs, string? DomainJob);

/// <summary>A checkpoint: its name, the disks that it tracks, and those of them that have a sound bitmap (null where that can't be told).</summary>
internal sealed record CheckpointLook(string Name, IReadOnlySet<string> Tracked, IReadOnlySet<string>? Usable);

/// <summary>How much of a while the virtual processors ran, or would have run had the host let them.</summary>
/// <param name="RunShare">Share of the while, of all virtual processors: 0 to 1.</param>
/// <param name="IsStill">None of them ran at all.</param>
internal sealed record VcpuUse(double RunShare, bool IsStill);

/// <summary>A network of the host that an interface of the VM is on.</summary>
internal sealed record NetworkLook(string Name, bool Exists, bool IsActive, string? Xml, IReadOnlyList<DhcpLease> Leases, IReadOnlyList<string> Available);
