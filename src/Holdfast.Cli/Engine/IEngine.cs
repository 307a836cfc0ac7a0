using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Inventory;
using Holdfast.Protection.Points;
using Holdfast.Protection.Restore;
using Holdfast.Protection.Verification;
using Holdfast.Vault;

namespace Holdfast.Cli.Engine;

/// <summary>The services of the engine that commands call, opened for one command.</summary>
internal interface IEngine : IAsyncDisposable
{
    /// <summary>What was cleaned up after dead runs when the engine was opened.</summary>
    IReadOnlyList<Fault> StartNotices { get; }

    /// <summary>Every VM: those of the host, and those of which only points are left.</summary>
    Task<IReadOnlyList<VmSummary>> ListVmsAsync(CancellationToken ct);

    /// <summary>A VM by name or UUID, for its points: of several of the name the one that has some, else the one that exists.</summary>
    Task<VmSummary> FindVmAsync(string nameOrUuid, CancellationToken ct);

    /// <summary>A VM by name or UUID; one that exists goes before one that is gone.</summary>
    Task<VmSummary> FindExistingVmAsync(string nameOrUuid, CancellationToken ct);

    /// <summary>The existing VMs that can be backed up here and whose names fit a pattern; null for all.</summary>
    Task<IReadOnlyList<VmSummary>> MatchVmsAsync(string? glob, CancellationToken ct);

    Task<BackupResult> BackupVmAsync(Guid vm, BackupOptions options, IProgress<RunProgress> progress, CancellationToken ct);

    Task<BackupResult> BackupImageAsync(
        string path, string? name, string? format, BackupOptions options, IProgress<RunProgress> progress, CancellationToken ct);

    /// <summary>The points of a source, or of all; newest first.</summary>
    Task<IReadOnlyList<RecoveryPoint>> ListPointsAsync(Guid? source, CancellationToken ct);

    /// <summary>A point by its id or the beginning of it; null takes the newest.</summary>
    Task<RecoveryPoint> FindPointAsync(Guid source, string? idOrPrefix, CancellationToken ct);

    /// <summary>Deletes all of the points, or none if one of them has to stay.</summary>
    Task DeletePointsAsync(IReadOnlyCollection<RecoveryPoint> points, bool evenLast, CancellationToken ct);

    Task ProtectPointAsync(RecoveryPoint point, RetentionMark mark, CancellationToken ct);

    Task<IReadOnlyList<PruneDecision>> PlanPruneAsync(Guid source, PruneRule rule, CancellationToken ct);

    Task<IReadOnlyList<RecoveryPoint>> PruneAsync(IReadOnlyList<PruneDecision> decisions, CancellationToken ct);

    Task<RestoreResult> RestoreAsync(RecoveryPoint point, RestoreOptions options, IProgress<RunProgress> progress, CancellationToken ct);

    Task<VerifyResult> VerifyAsync(IReadOnlyList<RecoveryPoint> points, IProgress<RunProgress> progress, CancellationToken ct);

    /// <summary>Copies points to another vault, which this passphrase opens.</summary>
    Task<VaultCopyReport> CopyAsync(
        string to, string passphrase, IReadOnlyList<RecoveryPoint> points, IProgress<VaultCopyProgress> progress, CancellationToken ct);

    Task<(int Packs, int Segments)> RebuildIndexAsync(CancellationToken ct);

    Task<ScrubReport> ScrubAsync(ScrubOptions options, IProgress<VerifyProgress> progress, CancellationToken ct);

    Task<VaultInfo> GetVaultInfoAsync(CancellationToken ct);

    /// <summary>Sets how long the vault keeps points; a locked one can only be given more days.</summary>
    Task<(VaultImmutability Immutability, RetentionProbe? Store)> SetImmutabilityAsync(VaultImmutability immutability, CancellationToken ct);

    Task<VaultStatistics> GetVaultStatisticsAsync(IProgress<GcProgress> progress, CancellationToken ct);

    Task<GcResult> CollectGarbageAsync(GcOptions options, IProgress<GcProgress> progress, CancellationToken ct);

    Task<IReadOnlyList<KeySlot>> ListKeySlotsAsync(CancellationToken ct);

    Task<KeySlot> AddPassphraseAsync(string passphrase, string label, CancellationToken ct);

    Task<(KeySlot Slot, string RecoveryKey)> AddRecoveryKeyAsync(string label, CancellationToken ct);

    /// <summary>Puts a new passphrase in the place of another, in one step.</summary>
    Task<KeySlot> RotatePassphraseAsync(string slot, string passphrase, CancellationToken ct);

    /// <summary>Begins a new key epoch: all key slots go but a new passphrase and a new recovery key.</summary>
    Task<(KeySlot Slot, string RecoveryKey)> RenewDataKeyAsync(string passphrase, CancellationToken ct);

    Task RemoveKeySlotAsync(string slot, CancellationToken ct);
}
