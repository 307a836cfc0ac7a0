using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Access;

/// <summary>One change, or attempt at one: who, what, when, outcome.</summary>
[Index(nameof(WhenUtc))]
public sealed class AuditRow
{
    /// <summary>Its place in the log.</summary>
    [Key]
    public long AuditId { get; set; }

    /// <summary>When it was answered.</summary>
    public DateTimeOffset WhenUtc { get; set; }

    /// <summary>Who: an application id, or the local account that ran a command.</summary>
    public required string Who { get; set; }

    /// <summary>The name that goes with <see cref="Who"/>.</summary>
    public required string WhoName { get; set; }

    /// <summary>From where: the remote address, or the node's own name.</summary>
    public required string From { get; set; }

    /// <summary>What was asked for: an action, or method and route of a request.</summary>
    public required string Action { get; set; }

    /// <summary>The resource that it was asked of.</summary>
    public required string Target { get; set; }

    /// <summary>What became of it.</summary>
    public AuditOutcome Outcome { get; set; }

    /// <summary>HTTP status or code of the fault, or both; never a secret.</summary>
    public string Detail { get; set; } = "";
}
