using Holdfast.ControlPlane.Resources;

namespace Holdfast.ControlPlane.Access;

/// <summary>Whether somebody may do something to a resource. Pure: everything that it depends on is passed in.</summary>
public static class AccessDecision
{
    /// <summary>Whether a role of the principal that counts at the resource allows the action.</summary>
    /// <param name="principal">Who asks.</param>
    /// <param name="action">The action's full name, such as <c>Microsoft.RecoveryServices/vaults/backupPolicies/write</c>.</param>
    /// <param name="resource">The resource that the action is done to; it needn't exist.</param>
    public static bool IsAllowed(Principal principal, string action, ArmId resource)
    {
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(resource);
        return principal.Assignments.Any(a => resource.IsWithin(a.Scope) && a.Role.Allows(action));
    }

    /// <summary>
    /// Whether the principal may do the action to something at or below a scope, or above it. A list at the scope is answered then, with
    /// each of its entries checked by <see cref="IsAllowed"/>.
    /// </summary>
    public static bool ReachesInto(Principal principal, string action, ArmId scope)
    {
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(scope);
        return principal.Assignments.Any(a => (scope.IsWithin(a.Scope) || a.Scope.IsWithin(scope)) && a.Role.Allows(action));
    }
}
