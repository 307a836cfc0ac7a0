using Holdfast.Faults;
using Holdfast.Vault;

namespace Holdfast.Protection.Verification;

/// <summary>What a verification found.</summary>
/// <param name="Report">The vault's own report.</param>
/// <param name="Faults">What was found as a whole, one fault for each damaged pack, also one that no point suffers from, and each point that can't be restored whole; empty when all is well.</param>
/// <param name="Duration">How long it took.</param>
public sealed record VerifyResult(VerifyReport Report, IReadOnlyList<Fault> Faults, TimeSpan Duration)
{
    /// <summary>Whether every point named can be restored whole.</summary>
    public bool IsHealthy => Report.IsRestorable;
}
