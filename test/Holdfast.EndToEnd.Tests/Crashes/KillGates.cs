using Holdfast.Protection.Node;

namespace Holdfast.EndToEnd.Tests.Crashes;

/// <summary>
/// Where a backup run is killed: before and after each member of <see cref="Effect"/> that a backup has. What isn't named here is
/// taken for an effect on a guest, so that a member added later is tried, and fails where no run reaches it.
/// </summary>
internal static class KillGates
{
    // Need nothing of what runs inside the VM.
    private static readonly Effect[] WithoutGuest =
    [
        Effect.WriteRunRecord, Effect.OpenSession, Effect.DropStaleCheckpoints, Effect.CreateScratch, Effect.BackupBegin, Effect.Transfer,
        Effect.StoreConfiguration, Effect.CommitPoint, Effect.EndJob, Effect.DropOldCheckpoint, Effect.RemoveScratch, Effect.RemoveRunRecord,
    ];

    /// <summary>Gates of a run on a VM without a guest system.</summary>
    public static TheoryData<string> Bare => Of(WithoutGuest);

    /// <summary>Gates while the guest is prepared, frozen and thawed, and the begin of the job in between.</summary>
    public static TheoryData<string> Booted => Of(Enum.GetValues<Effect>().Where(e => e is Effect.BackupBegin
        || (!WithoutGuest.Contains(e) && e is not (Effect.OpenImage or Effect.DefineSecrets or Effect.WriteTpmState or (>= Effect.WriteRestoreJournal and <= Effect.StartDomain)))));

    /// <summary>Whether a run killed there has published its point.</summary>
    public static bool IsCommitted(string gate) =>
        gate == $"{Effect.CommitPoint}:after" || Enum.Parse<Effect>(gate.Split(':')[0]) is > Effect.CommitPoint and < Effect.WriteRestoreJournal;

    private static TheoryData<string> Of(IEnumerable<Effect> effects) => [.. effects.SelectMany(e => new[] { $"{e}:before", $"{e}:after" })];
}
