namespace Holdfast.ControlPlane.Policies;

/// <summary>One run that a schedule asks for.</summary>
/// <param name="Due">When the policy's schedule has it.</param>
/// <param name="Start">When this item starts: <paramref name="Due"/> and the item's offset within the policy's window.</param>
public readonly record struct Occurrence(DateTimeOffset Due, DateTimeOffset Start);
