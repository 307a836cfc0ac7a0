using Holdfast.ControlPlane.Resources;

namespace Holdfast.Api.Routing;

/// <summary>What a request does to a resource that its body names.</summary>
/// <param name="Action">The action's name, as Azure Resource Manager writes it.</param>
/// <param name="Resource">The resource.</param>
public readonly record struct AccessNeed(string Action, ArmId Resource);
