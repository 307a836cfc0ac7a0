using System.ComponentModel.DataAnnotations;
using Holdfast.ControlPlane.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Policies;

/// <summary>A backup policy of a vault.</summary>
[Index(nameof(VaultId), nameof(NameKey), IsUnique = true)]
public sealed class PolicyRow : IVersionedRow
{
    /// <summary>Its id.</summary>
    [Key]
    public required Guid PolicyId { get; set; }

    /// <summary>The vault.</summary>
    public required Guid VaultId { get; set; }

    /// <summary>Its name.</summary>
    public required string Name { get; set; }

    /// <summary>Its name in lower case.</summary>
    public required string NameKey { get; set; }

    /// <summary>Its ARM properties as JSON, checked and in canonical form.</summary>
    public required string Properties { get; set; }

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset ModifiedUtc { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }
}
