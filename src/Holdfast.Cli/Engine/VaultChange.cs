using Holdfast.Cli.Node;
using Holdfast.Protection;
using Holdfast.Protection.Node;
using Holdfast.Vault;

namespace Holdfast.Cli.Engine;

/// <summary>
/// What comes before the first change of a vault, whichever command makes it: no node may own it, and this machine must have found its store to be fit. What
/// reads only, and writes down damage at most, does without: it may have no right to write.
/// </summary>
internal sealed class VaultChange(VaultOwnership ownership, string? vault, StorePlaces places, NodePaths paths, TimeProvider time) : IDisposable
{
    /// <summary>Makes sure that no node owns the vault until this is disposed.</summary>
    public void Take() => ownership.TakeToChange();

    /// <summary>The same, and that its store does what a vault needs: it is tried once by each machine, and that is noted.</summary>
    public async Task PrepareAsync(CancellationToken ct)
    {
        Take();
        if (vault is not null && StorePlaces.IsUrl(vault))
        {
            await FaultMapping.GuardAsync(
                () => ProbeRecord.EnsureAsync(vault, places.Open(vault), paths.Cache, time, ct), new FaultSubject { VaultPlace = StorePlaces.Full(vault) });
        }
    }

    public void Dispose() => ownership.Dispose();
}
