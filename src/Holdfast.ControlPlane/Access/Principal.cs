namespace Holdfast.ControlPlane.Access;

/// <summary>Who a request speaks for: a credential that exists and isn't revoked, with its rights as they are now.</summary>
/// <param name="AppId">The credential's id: the client id of its tokens.</param>
/// <param name="DisplayName">The name that people gave it.</param>
/// <param name="Assignments">Its roles.</param>
public sealed record Principal(Guid AppId, string DisplayName, IReadOnlyList<RoleAssignment> Assignments);
