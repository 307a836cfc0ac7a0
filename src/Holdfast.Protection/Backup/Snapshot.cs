using Holdfast.Faults;
using Holdfast.GuestAgent;

namespace Holdfast.Protection.Backup;

/// <summary>What taking the snapshot came to.</summary>
/// <param name="TakenUtc">The instant that all disks are of.</param>
/// <param name="Reached">The consistency reached.</param>
/// <param name="WhyLower">Why less than asked was reached, or null.</param>
/// <param name="Frozen">How long the guest was frozen, or null.</param>
/// <param name="Warnings">What went wrong without ending the run.</param>
internal sealed record Snapshot(
    DateTimeOffset TakenUtc, Consistency Reached, Fault? WhyLower, TimeSpan? Frozen, IReadOnlyList<Fault> Warnings)
{
    /// <summary>The guest's network interfaces as its agent told them; empty where it couldn't be asked.</summary>
    public IReadOnlyList<GuestNetworkInterface> Interfaces { get; init; } = [];
}
