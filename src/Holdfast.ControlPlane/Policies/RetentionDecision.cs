namespace Holdfast.ControlPlane.Policies;

/// <summary>What a retention plan says of one point.</summary>
/// <param name="Point">The point.</param>
/// <param name="Tags">What it is kept as; empty for an on-demand point.</param>
/// <param name="Expires">When nothing holds it any more.</param>
/// <param name="IsExpired">It is to be deleted now.</param>
/// <param name="IsLastGood">Its time is over, but the item has no newer good point, so it stays.</param>
public sealed record RetentionDecision(
    RetainedPoint Point, IReadOnlyList<RetentionTag> Tags, DateTimeOffset Expires, bool IsExpired, bool IsLastGood);
