using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Protection.Freeze;

/// <summary>What came of a freeze: a frozen guest, or the reason why not. Disposing it thaws.</summary>
public sealed class FreezeResult : IAsyncDisposable
{
    internal FreezeResult(FrozenGuest guest) => Guest = guest;

    internal FreezeResult(NotFrozen notFrozen) => NotFrozen = notFrozen;

    /// <summary>Whether the guest is frozen.</summary>
    [MemberNotNullWhen(true, nameof(Guest))]
    [MemberNotNullWhen(false, nameof(NotFrozen))]
    public bool IsFrozen => Guest is not null;

    /// <summary>The frozen guest.</summary>
    public FrozenGuest? Guest { get; }

    /// <summary>Why it isn't frozen.</summary>
    public NotFrozen? NotFrozen { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Guest?.DisposeAsync() ?? ValueTask.CompletedTask;
}
