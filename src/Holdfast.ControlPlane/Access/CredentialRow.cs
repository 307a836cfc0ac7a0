using System.ComponentModel.DataAnnotations;
using Holdfast.ControlPlane.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Access;

/// <summary>A credential: an application id with a secret, of which only the hash is kept (INV-4).</summary>
[Index(nameof(NameKey), IsUnique = true)]
public sealed class CredentialRow : IVersionedRow
{
    /// <summary>The application id that one logs in with.</summary>
    [Key]
    public required Guid AppId { get; set; }

    /// <summary>The name in lower case; null once revoked, so that the name is free again.</summary>
    public string? NameKey { get; set; }

    /// <summary>The name that people gave it.</summary>
    public required string DisplayName { get; set; }

    /// <summary>Argon2id hash of the secret.</summary>
    public required string SecretHash { get; set; }

    /// <summary>Rises when the secret is rotated; tokens of an earlier generation are refused.</summary>
    public int Generation { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedUtc { get; set; }

    /// <summary>When its present secret was made.</summary>
    public DateTimeOffset SecretCreatedUtc { get; set; }

    /// <summary>From when on it isn't valid any more; null for never.</summary>
    public DateTimeOffset? ExpiresUtc { get; set; }

    /// <summary>When it was revoked, if it was.</summary>
    public DateTimeOffset? RevokedUtc { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <summary>Whether one can log in with it at an instant.</summary>
    public bool IsValidAt(DateTimeOffset now) => RevokedUtc is null && !(ExpiresUtc <= now);
}
