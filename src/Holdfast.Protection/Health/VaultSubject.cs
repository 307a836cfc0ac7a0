using Holdfast.Protection.Node;
using Holdfast.Protection.Points;

namespace Holdfast.Protection.Health;

/// <summary>A vault under examination.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="ReadPointsAsync">Opens it and lists its points; throws a FaultException where it can't be opened. Null: it isn't to be opened.</param>
public sealed record VaultSubject(string Path, Func<CancellationToken, Task<IReadOnlyList<RecoveryPoint>>>? ReadPointsAsync)
{
    /// <summary>Counts what it holds against what it may hold, once it could be opened; gives null where it has no limit. Null: it isn't looked at.</summary>
    public Func<CancellationToken, Task<VaultFill?>>? ReadFillAsync { get; init; }
}

/// <summary>The vault, once it was tried.</summary>
internal sealed record VaultLook(string Path, IReadOnlyList<RecoveryPoint>? Points, Faults.Fault? Trouble)
{
    /// <summary>See <see cref="VaultSubject.ReadFillAsync"/>.</summary>
    public Func<CancellationToken, Task<VaultFill?>>? ReadFillAsync { get; init; }
}
