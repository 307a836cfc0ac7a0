using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Resources;

namespace Holdfast.Cli.Documents;

/// <summary>A credential with its secret, in JSON: shown once, when it is made or rotated.</summary>
internal sealed record CredentialSecretDocument(string AppId, string DisplayName, string Secret, string Tenant, string Subscription, string? Role, string? Scope)
{
    public static CredentialSecretDocument Of(NewCredential made, Role? role, ArmId? scope, string tenant, string subscription) =>
        new(made.AppId.ToString(), made.DisplayName, made.Secret, tenant, subscription, role?.Name, scope?.ToString());
}

/// <summary>Credentials in JSON.</summary>
internal sealed record CredentialsDocument(IReadOnlyList<CredentialDocument> Credentials);

/// <summary>A credential in JSON.</summary>
internal sealed record CredentialDocument(
    string AppId, string DisplayName, DateTimeOffset Created, DateTimeOffset SecretCreated, DateTimeOffset? Expires, DateTimeOffset? Revoked,
    IReadOnlyList<RoleAssignmentDocument> Roles)
{
    public static CredentialDocument Of(CredentialInfo c) => new(
        c.AppId.ToString(), c.DisplayName, c.CreatedUtc, c.SecretCreatedUtc, c.ExpiresUtc, c.RevokedUtc,
        [.. c.Assignments.Select(a => new RoleAssignmentDocument(a.Role.Name, a.Scope.ToString()))]);
}

/// <summary>A role at a scope, in JSON.</summary>
internal sealed record RoleAssignmentDocument(string Role, string Scope);
