using Holdfast.Faults;
using Holdfast.Protection.Points;

namespace Holdfast.Protection.Backup;

/// <summary>What a backup run achieved. A run that fails throws a <see cref="FaultException"/> instead.</summary>
/// <param name="Point">The new recovery point.</param>
/// <param name="Asked">The consistency asked for.</param>
/// <param name="Degraded">Whether less than the asked consistency was reached.</param>
/// <param name="Warnings">What the user should know: degradation, disks read whole and why, what was cleaned up.</param>
/// <param name="Timing">Where the time went.</param>
/// <param name="ReadBytes">Bytes read from the disks.</param>
/// <param name="StoredBytes">Bytes that the vault grew by.</param>
/// <param name="NewBytes">Bytes of chunks that the vault didn't have, before compression.</param>
public sealed record BackupResult(
    RecoveryPoint Point, Consistency Asked, bool Degraded, IReadOnlyList<Fault> Warnings, BackupTiming Timing,
    long ReadBytes, long StoredBytes, long NewBytes);

/// <summary>Where a backup run's time went.</summary>
/// <param name="Total">From the request to the end of the run.</param>
/// <param name="Prepare">Checks and plan.</param>
/// <param name="Frozen">From the freeze sent to the thaw acknowledged; null where nothing was frozen.</param>
/// <param name="Transfer">Reading, sealing and writing.</param>
/// <param name="Seal">Commit, end of the job, move of the checkpoint.</param>
/// <param name="Phases">The work with data and guest by what it waited for; null where that isn't known.</param>
public sealed record BackupTiming(TimeSpan Total, TimeSpan Prepare, TimeSpan? Frozen, TimeSpan Transfer, TimeSpan Seal, PhaseTimes? Phases = null);
