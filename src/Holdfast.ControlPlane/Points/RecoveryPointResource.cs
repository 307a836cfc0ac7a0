using Holdfast.Protection.Points;

namespace Holdfast.ControlPlane.Points;

/// <summary>A recovery point as a resource.</summary>
/// <param name="Row">Its name and the tags that retention gave it.</param>
/// <param name="Point">The point in the vault.</param>
public sealed record RecoveryPointResource(PointRow Row, RecoveryPoint Point)
{
    /// <summary>Its name: a decimal number.</summary>
    public string Name => Row.Name;
}
