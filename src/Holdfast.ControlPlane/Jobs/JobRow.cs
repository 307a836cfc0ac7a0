using System.ComponentModel.DataAnnotations;
using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>A job: kept as history when it is over. Faults are codes and parameters (INV-3).</summary>
[Index(nameof(VaultId), nameof(StartUtc), nameof(JobId), IsDescending = [false, true, false])]
[Index(nameof(VaultId), nameof(Status), nameof(StartUtc), nameof(JobId), IsDescending = [false, false, true, false])]
[Index(nameof(Phase), nameof(NotBeforeUtc))]
[Index(nameof(ItemId), nameof(Phase))]
[Index(nameof(ActiveKey), IsUnique = true)]
public sealed class JobRow
{
    /// <summary>Its id.</summary>
    [Key]
    public required Guid JobId { get; set; }

    /// <summary>The vault.</summary>
    public required Guid VaultId { get; set; }

    /// <summary>The item.</summary>
    public required Guid ItemId { get; set; }

    /// <summary>The host that it runs on; null for jobs that touch no host.</summary>
    public Guid? HostId { get; set; }

    /// <summary>What it does.</summary>
    public required JobOperation Operation { get; set; }

    /// <summary>How it is.</summary>
    public JobStatus Status { get; set; }

    /// <summary>Where it is in the queue.</summary>
    public JobPhase Phase { get; set; }

    /// <summary>What it was started by.</summary>
    public JobTrigger Trigger { get; set; }

    /// <summary>The VM's name.</summary>
    public required string EntityName { get; set; }

    /// <summary>The container's name.</summary>
    public required string ContainerName { get; set; }

    /// <summary>Ties the job to logs.</summary>
    public required string ActivityId { get; set; }

    /// <summary>Who asked for it: an application's id, or null for the schedule.</summary>
    public string? RequestedBy { get; set; }

    /// <summary>When it was put into the queue: the start that the API shows.</summary>
    public DateTimeOffset StartUtc { get; set; }

    /// <summary>When it was due by the schedule, or null.</summary>
    public DateTimeOffset? DueUtc { get; set; }

    /// <summary>It isn't begun earlier.</summary>
    public DateTimeOffset NotBeforeUtc { get; set; }

    /// <summary>When a node began to work on it, or null.</summary>
    public DateTimeOffset? BegunUtc { get; set; }

    /// <summary>When it ended, or null.</summary>
    public DateTimeOffset? EndUtc { get; set; }

    /// <summary>How many times it was begun.</summary>
    public int Attempts { get; set; }

    /// <summary>What is asked, as JSON; its shape follows the operation.</summary>
    public required string Request { get; set; }

    /// <summary>Its steps.</summary>
    public IReadOnlyList<JobTask> Tasks { get; set; } = [];

    /// <summary>0 to 100.</summary>
    public double Percent { get; set; }

    /// <summary>Bytes handled so far.</summary>
    public long DoneBytes { get; set; }

    /// <summary>Bytes to handle, as far as known.</summary>
    public long TotalBytes { get; set; }

    /// <summary>Bytes that the vault grew by.</summary>
    public long StoredBytes { get; set; }

    /// <summary>The present rate; 0 while unknown.</summary>
    public double BytesPerSecond { get; set; }

    /// <summary>When it will end at the present rate, or null.</summary>
    public DateTimeOffset? EstimatedEndUtc { get; set; }

    /// <summary>Why it failed.</summary>
    public Fault? Error { get; set; }

    /// <summary>What to look at.</summary>
    public IReadOnlyList<Fault> Warnings { get; set; } = [];

    /// <summary>Azure's property bag: facts by their English names.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; set; } = new Dictionary<string, string>();

    /// <summary>Where its time went, once it works with data; its waiting is <see cref="StartUtc"/> to <see cref="BegunUtc"/>.</summary>
    public PhaseTimes? Times { get; set; }

    /// <summary>Whether it can be cancelled now.</summary>
    public bool IsCancellable { get; set; }

    /// <summary>When somebody asked to cancel it, or null.</summary>
    public DateTimeOffset? CancelAskedUtc { get; set; }

    /// <summary>The node that works on it, or null.</summary>
    public string? Node { get; set; }

    /// <summary>
    /// What it works on alone, until it is over: of two jobs of one key the database refuses the second. Null where others may run beside it.
    /// </summary>
    public string? ActiveKey { get; set; }

    /// <summary>The lease that it runs under: that of its item where it works alone, else one of its own.</summary>
    public string LeaseName => ActiveKey ?? $"job/{JobId:D}";

    /// <summary>Fencing token of the lease that it runs under.</summary>
    public long Fence { get; set; }
}
