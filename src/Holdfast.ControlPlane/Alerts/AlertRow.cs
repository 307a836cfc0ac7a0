using System.ComponentModel.DataAnnotations;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Alerts;

/// <summary>An alert: kept as history when it is over.</summary>
[Index(nameof(ActiveKey), IsUnique = true)]
[Index(nameof(RaisedUtc))]
public sealed class AlertRow
{
    /// <summary>Its id.</summary>
    [Key]
    public required Guid AlertId { get; set; }

    /// <summary>What makes it one and the same alert while it lasts: of two raised for one cause the database refuses the second. Null when it is over.</summary>
    public string? ActiveKey { get; set; }

    /// <summary>What it is about.</summary>
    public AlertKind Kind { get; set; }

    /// <summary>The vault, or null.</summary>
    public Guid? VaultId { get; set; }

    /// <summary>What is wrong.</summary>
    public required Fault Fault { get; set; }

    /// <summary>Whether it tells of something that happened once, and so never ends.</summary>
    public bool IsEvent { get; set; }

    /// <summary>When it was raised.</summary>
    public DateTimeOffset RaisedUtc { get; set; }

    /// <summary>When it was over, or null.</summary>
    public DateTimeOffset? ResolvedUtc { get; set; }

    /// <summary>The channels that have been told of it.</summary>
    public IReadOnlyList<string> Told { get; set; } = [];

    /// <summary>The channels that have been told that it is over.</summary>
    public IReadOnlyList<string> ToldOfEnd { get; set; } = [];

    /// <summary>Whether nobody needs to be told anything more of it.</summary>
    public bool IsDone { get; set; }

    /// <summary>Until when a node is at work on telling; null for none.</summary>
    public DateTimeOffset? ClaimedUntilUtc { get; set; }
}
