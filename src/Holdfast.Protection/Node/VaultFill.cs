using Holdfast.Faults;

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
    public static async Task<VaultFill?> ReadAsync(EngineContext context, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(context);
        var vault = context.RequiredVault;
        if (Quotas.Read(context.Paths).LimitOf(vault.Id, context.VaultAlias) is not { } limit)
            return null;
        return new VaultFill(
            await FaultMapping.GuardAsync(() => vault.GetHeldBytesAsync(ct), new FaultSubject { VaultPlace = NameOf(context) }).ConfigureAwait(false), limit);
    }

    /// <summary>Sees, before a backup begins, that the vault may grow.</summary>
    /// <exception cref="FaultException">It holds what it may hold already, or the limits can't be read.</exception>
    internal static async Task RequireRoomAsync(EngineContext context, CancellationToken ct)
    {
        if (await ReadAsync(context, ct).ConfigureAwait(false) is { IsReached: true } fill)
            throw new FaultException(VaultFaults.VaultQuotaReached(NameOf(context), fill.HeldBytes, fill.LimitBytes));
    }

    // The one by which whoever sets the limit knows it.
    private static string NameOf(EngineContext context) => (context.VaultAlias ?? context.RequiredVault.Id).ToString();
}
