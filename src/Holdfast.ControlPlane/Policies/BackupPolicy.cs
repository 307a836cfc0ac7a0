namespace Holdfast.ControlPlane.Policies;

/// <summary>When VMs are backed up and for how long their points are kept. Valid by construction of <see cref="PolicyDocument"/>.</summary>
/// <param name="Generation">V1 or V2.</param>
/// <param name="Schedule">When points are taken.</param>
/// <param name="Base">For how long every scheduled point is kept: daily, or weekly where the schedule is weekly.</param>
/// <param name="Longer">Rules by which some days' points are kept for longer.</param>
/// <param name="TimeZone">Whose clocks and calendar count.</param>
/// <param name="InstantRestoreDays">Kept and shown; all points are in the vault.</param>
/// <param name="CrashConsistentOnly">The guest isn't asked to quiet its file systems.</param>
/// <param name="StartWindow">Items start spread over this time after a backup is due; zero: all at once.</param>
/// <param name="RebindAutomatically">A VM that takes an item's place under another UUID is accepted without confirmation.</param>
public sealed record BackupPolicy(
    PolicyGeneration Generation,
    BackupSchedule Schedule,
    RetentionRule Base,
    IReadOnlyList<RetentionRule> Longer,
    PolicyTimeZone TimeZone,
    int InstantRestoreDays,
    bool CrashConsistentOnly,
    TimeSpan StartWindow,
    bool RebindAutomatically)
{
    /// <summary>All rules, the shortest first.</summary>
    public IEnumerable<RetentionRule> Rules => Longer.Prepend(Base);
}
