namespace Holdfast.ControlPlane.Policies;

/// <summary>How long the points of some days are kept.</summary>
/// <param name="Tag">What they are kept as; it is the unit of <paramref name="Count"/>, too: days, weeks, months, years.</param>
/// <param name="Days">Which days.</param>
/// <param name="Count">For how many days, weeks, months or years.</param>
public sealed record RetentionRule(RetentionTag Tag, DayFilter Days, int Count);
