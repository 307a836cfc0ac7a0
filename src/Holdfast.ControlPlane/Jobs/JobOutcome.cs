using Holdfast.ControlPlane.Items;
using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Health;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>What a job achieved.</summary>
/// <param name="Warnings">What the user should know.</param>
/// <param name="Properties">Facts for the job's property bag.</param>
/// <param name="Item">What becomes of the item, in the transaction that ends the job; null where nothing does.</param>
/// <param name="RemovesItem">Whether the item and its points are gone.</param>
/// <param name="Frozen">How long the guest was frozen; null where it wasn't.</param>
/// <param name="StoredBytes">Bytes that the vault grew by; null where nothing is stored.</param>
/// <param name="Phases">Where the time of the work with data went; null where there was none.</param>
/// <param name="Times">The same with what makes a job long; null where that isn't known.</param>
public sealed record JobOutcome(
    IReadOnlyList<Fault> Warnings, IReadOnlyDictionary<string, string> Properties, Action<ProtectedItemRow>? Item = null, bool RemovesItem = false,
    TimeSpan? Frozen = null, long? StoredBytes = null, PhaseTimes? Phases = null, JobTimes? Times = null);
