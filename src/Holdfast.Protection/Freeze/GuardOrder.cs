namespace Holdfast.Protection.Freeze;

/// <summary>What a guard is told when it starts: one JSON line on its standard input.</summary>
/// <param name="Uri">The hypervisor.</param>
/// <param name="Domain">The domain to thaw.</param>
/// <param name="DeadlineSeconds">Seconds from the freeze's announcement until the guard acts by itself.</param>
/// <param name="IntentPath">The intent that the guard removes once it has thawed for a dead node.</param>
public sealed record GuardOrder(string Uri, Guid Domain, double DeadlineSeconds, string IntentPath)
{
    internal const double DeadlineSecondsMax = 600;

    internal bool IsSane => Uri is { Length: > 0 } && IntentPath is { Length: > 0 } && Path.IsPathFullyQualified(IntentPath)
        && double.IsFinite(DeadlineSeconds) && DeadlineSeconds is > 0 and <= DeadlineSecondsMax;
}
