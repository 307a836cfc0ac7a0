using Holdfast.Faults;
using Holdfast.Vault;

namespace Holdfast.Protection.Node;

/// <summary>How far a vault has come towards the size that this node's quotas allow it.</summary>
/// <param name="HeldBytes">Bytes of all its objects, as <c>vault stats</c> counts them.</param>
/// <param name="LimitBytes">What it may hold.</param>
public sealed record VaultFill(long HeldBytes, long LimitBytes)
{
    private const int NearPercent = 90;

    /// <summary>Whether no backup may begin any more.</summary>
    public bool IsReached => HeldBytes >= LimitBytes;

    /// <summary>Whether it is about to be.</summary>
    public bool IsNear => HeldBytes >= LimitBytes / 100.0 * NearPercent;

    /// <summary>Counts what the vault holds, where it has a limit; null where it has none, and nothing is asked of the store.</summary>
    /// <exception cref="FaultException">The limits can't be read, or the store can't be listed.</exception>
    public static async Task<VaultFill?> ReadAsync(NodePaths paths, BackupVault vault, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        if (Quotas.Read(paths).LimitOf(vault.Id) is not { } limit)
            return null;
        return new VaultFill(
            await FaultMapping.GuardAsync(() => vault.GetHeldBytesAsync(ct), new FaultSubject { VaultPlace = vault.Id.ToString() }).ConfigureAwait(false), limit);
    }

    /// <summary>Sees, before a backup begins, that the vault may grow.</summary>
    /// <exception cref="FaultException">It holds what it may hold already, or the limits can't be read.</exception>
    internal static async Task RequireRoomAsync(EngineContext context, CancellationToken ct)
    {
        var vault = context.RequiredVault;
        if (await ReadAsync(context.Paths, vault, ct).ConfigureAwait(false) is { IsReached: true } fill)
            throw new FaultException(VaultFaults.VaultQuotaReached(vault.Id.ToString(), fill.HeldBytes, fill.LimitBytes));
    }
}
