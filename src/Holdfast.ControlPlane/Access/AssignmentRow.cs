using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Access;

/// <summary>A role of a credential at a scope.</summary>
[PrimaryKey(nameof(AppId), nameof(ScopeKey), nameof(RoleId))]
public sealed class AssignmentRow
{
    /// <summary>The credential.</summary>
    public required Guid AppId { get; set; }

    /// <summary>The scope's id in lower case.</summary>
    public required string ScopeKey { get; set; }

    /// <summary>The role's id, as Azure names it.</summary>
    public required Guid RoleId { get; set; }

    /// <summary>The scope's id as it was given.</summary>
    public required string Scope { get; set; }
}
