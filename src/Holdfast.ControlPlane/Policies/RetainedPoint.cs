namespace Holdfast.ControlPlane.Policies;

/// <summary>What retention needs to know of a recovery point.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Taken">The instant it is of.</param>
/// <param name="Due">When the schedule had it; null for an on-demand point. A late run counts for the day it was due.</param>
/// <param name="RetainUntil">Until when it was asked to be kept: all that keeps an on-demand point; of a scheduled one, at least till then.</param>
/// <param name="IsGood">Complete and not known to be damaged.</param>
public sealed record RetainedPoint(string Id, DateTimeOffset Taken, DateTimeOffset? Due, DateTimeOffset? RetainUntil, bool IsGood)
{
    /// <summary>What it was kept as before.</summary>
    public IReadOnlyList<RetentionTag> Tags { get; init; } = [];
}
