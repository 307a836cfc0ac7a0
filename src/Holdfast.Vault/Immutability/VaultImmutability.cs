namespace Holdfast.Vault;

/// <summary>How long a vault keeps every point, whoever wants it deleted. It only grows once it is locked (INV-12).</summary>
/// <param name="State">Whether it does, and whether that can be taken back.</param>
/// <param name="Days">For how many days from a point's making; 0 if it doesn't.</param>
public sealed record VaultImmutability(ImmutabilityState State, int Days)
{
    /// <summary>The longest time: about a hundred years.</summary>
    public const int DaysMax = 36_500;

    /// <summary>Points aren't kept.</summary>
    public static VaultImmutability None { get; } = new(ImmutabilityState.Disabled, 0);

    /// <summary>Whether points are kept.</summary>
    public bool IsOn => State is not ImmutabilityState.Disabled;

    /// <summary>Whether it makes sense.</summary>
    internal bool IsValid => IsOn ? Days is >= 1 and <= DaysMax : Days == 0;

    /// <summary>Until when a point stays: by this, or by the date that it was given when it was made, whichever is later.</summary>
    /// <param name="madeUtc">When it was made.</param>
    /// <param name="ownUtc">The date that stands in the point.</param>
    internal DateTimeOffset? KeepsUntil(DateTimeOffset madeUtc, DateTimeOffset? ownUtc)
    {
        DateTimeOffset? byVault = IsOn ? Later(madeUtc) : null;
        return byVault is null || ownUtc > byVault ? ownUtc : byVault;
    }

    /// <summary>The date that a point gets when it is made at this time: only a locked vault's can't be taken back later.</summary>
    internal DateTimeOffset? DateForNew(DateTimeOffset now) => State is ImmutabilityState.Locked ? Later(now) : null;

    /// <summary>Whether a vault of this state may become another: anything goes, unless it is locked; then only more days do.</summary>
    internal bool MayBecome(VaultImmutability next) =>
        State is not ImmutabilityState.Locked || (next.State is ImmutabilityState.Locked && next.Days >= Days);

    private DateTimeOffset Later(DateTimeOffset from) =>
        DateTimeOffset.MaxValue - from.ToUniversalTime() > TimeSpan.FromDays(Days) ? from.ToUniversalTime().AddDays(Days) : DateTimeOffset.MaxValue;
}
