namespace Holdfast.ControlPlane.Access;

/// <summary>A credential as it is listed.</summary>
/// <param name="AppId">The application id.</param>
/// <param name="DisplayName">Its name.</param>
/// <param name="CreatedUtc">When it was made.</param>
/// <param name="SecretCreatedUtc">When its present secret was made.</param>
/// <param name="ExpiresUtc">Until when it is valid; null for ever.</param>
/// <param name="RevokedUtc">When it was revoked, if it was.</param>
/// <param name="Assignments">Its roles.</param>
public sealed record CredentialInfo(
    Guid AppId,
    string DisplayName,
    DateTimeOffset CreatedUtc,
    DateTimeOffset SecretCreatedUtc,
    DateTimeOffset? ExpiresUtc,
    DateTimeOffset? RevokedUtc,
    IReadOnlyList<RoleAssignment> Assignments);
