using System.ComponentModel.DataAnnotations;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>What a client polls after a request that was accepted: over as soon as its job exists, or with its job, as Azure does.</summary>
[Index(nameof(StartUtc))]
public sealed class OperationRow
{
    /// <summary>Its id.</summary>
    [Key]
    public required Guid OperationId { get; set; }

    /// <summary>The vault.</summary>
    public required Guid VaultId { get; set; }

    /// <summary>How it is. Of operations that end with their job it is worked out from the job when they are looked up.</summary>
    public OperationStatus Status { get; set; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartUtc { get; set; }

    /// <summary>When it ended, or null.</summary>
    public DateTimeOffset? EndUtc { get; set; }

    /// <summary>The job that it started, or null.</summary>
    public Guid? JobId { get; set; }

    /// <summary>The item that it is about, or null.</summary>
    public Guid? ItemId { get; set; }

    /// <summary>What ends it.</summary>
    public required OperationKind Kind { get; set; }

    /// <summary>Why it failed.</summary>
    public Fault? Error { get; set; }

    /// <summary>What a validation found; empty else.</summary>
    public IReadOnlyList<Fault> Findings { get; set; } = [];

    /// <summary>Which jobs an export holds; null else.</summary>
    public JobFilter? Export { get; set; }
}
