using Holdfast.ControlPlane.Resources;

namespace Holdfast.ControlPlane.Access;

/// <summary>A role, and the subscription, group or vault in which it counts.</summary>
/// <param name="Role">What is allowed.</param>
/// <param name="Scope">Where: this resource and all below it.</param>
public sealed record RoleAssignment(Role Role, ArmId Scope);
