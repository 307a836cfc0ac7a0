using Holdfast.Faults;

namespace Holdfast.Protection.Restore;

/// <summary>What became of a restore whose process died.</summary>
/// <param name="End">Its end.</param>
/// <param name="Notice">What the user should know of it, or null.</param>
public sealed record RestoreRemains(RestoreEnd End, Fault? Notice);
