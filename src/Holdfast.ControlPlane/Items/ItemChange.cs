using Holdfast.ControlPlane.Jobs;

namespace Holdfast.ControlPlane.Items;

/// <summary>What a request makes of an existing item. Made by <see cref="ItemChanges"/>.</summary>
/// <param name="Operation">The job that stands for it.</param>
/// <param name="State">The item's state afterwards.</param>
/// <param name="NeedsPolicy">Whether it takes the request's policy.</param>
/// <param name="KeepsPolicy">Whether it keeps the policy that it has.</param>
/// <param name="Undeletes">Whether the soft delete is taken back.</param>
internal sealed record ItemChange(JobOperation Operation, ProtectionState State, bool NeedsPolicy, bool KeepsPolicy, bool Undeletes);
