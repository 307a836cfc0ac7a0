using Holdfast.Faults;
using Holdfast.Protection;

namespace Holdfast.ControlPlane.Vaults;

/// <summary>
/// Asks a vault's store for something while a transaction is open. Leases are renewed in the same database: a store that doesn't answer is given up long before one would run out.
/// </summary>
public sealed class StorePatience(ControlPlaneOptions options)
{
    /// <summary>Asks; the request's token ends when the time is over.</summary>
    /// <exception cref="FaultException">The store refuses, fails, or doesn't answer in time.</exception>
    public async Task AskAsync(VaultRow vault, Func<CancellationToken, Task> request, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.LeaseTime / 3);
        try
        {
            // Waited for only so long even where it doesn't listen to its token, as a file system that hangs.
            await FaultMapping.GuardAsync(() => request(limit.Token).WaitAsync(limit.Token), FaultSubject.Vault).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new FaultException(VaultFaults.VaultStoreUnavailable(vault.StorePath, "it doesn't answer"), e);
        }
    }
}
