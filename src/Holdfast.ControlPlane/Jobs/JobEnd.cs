using Holdfast.ControlPlane.Items;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>How a run ends: what becomes of its job and of its item.</summary>
/// <param name="Job">Changes the job.</param>
/// <param name="Item">Changes the item, or null.</param>
/// <param name="RemovesItem">Whether the item goes.</param>
internal sealed record JobEnd(Action<JobRow> Job, Action<ProtectedItemRow>? Item = null, bool RemovesItem = false);
