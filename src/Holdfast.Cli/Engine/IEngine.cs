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

    /// <summary>A VM by name or UUID.</summary>
    Task<VmSummary> FindVmAsync(string nameOrUuid, CancellationToken ct);

    /// <summary>A VM by name or UUID; one that exists goes before one that is gone.</summary>
    Task<VmSummary> FindExistingVmAsync(string nameOrUuid, CancellationToken ct);

    /// <summary>The VMs whose names fit a pattern.</summary>
    Task<IReadOnlyList<VmSummary>> MatchVmsAsync(string glob, CancellationToken ct);

    Task<BackupResult> BackupVmAsync(Guid vm, BackupOptions options, IProgress<RunProgress> progress, CancellationToken ct);

    Task<BackupResult> BackupImageAsync(
        string path, string? name, string? format, BackupOptions options, IProgress<RunProgress> progress, CancellationToken ct);

    /// <summary>The points of a source, or of all; newest first.</summary>
    Task<IReadOnlyList<RecoveryPoint>> ListPointsAsync(Guid? source, CancellationToken ct);

    /// <summary>A point by its id or the beginning of it; null takes the newest.</summary>
    Task<RecoveryPoint> FindPointAsync(Guid source, string? idOrPrefix, CancellationToken ct);

    Task DeletePointAsync(RecoveryPoint point, CancellationToken ct);

    Task ProtectPointAsync(RecoveryPoint point, RetentionMark mark, CancellationToken ct);

    Task<IReadOnlyList<PruneDecision>> PlanPruneAsync(Guid source, PruneRule rule, CancellationToken ct);

    Task<IReadOnlyList<RecoveryPoint>> PruneAsync(IReadOnlyList<PruneDecision> decisions, CancellationToken ct);

    Task<RestoreResult> RestoreAsync(RecoveryPoint point, RestoreOptions options, IProgress<RunProgress> progress, CancellationToken ct);

    Task<VerifyResult> VerifyAsync(IReadOnlyList<RecoveryPoint> points, IProgress<RunProgress> progress, CancellationToken ct);

    Task<VaultInfo> GetVaultInfoAsync(CancellationToken ct);

    Task<IReadOnlyList<KeySlot>> ListKeySlotsAsync(CancellationToken ct);

    Task<KeySlot> AddPassphraseAsync(string passphrase, string label, CancellationToken ct);

    Task<(KeySlot Slot, string RecoveryKey)> AddRecoveryKeyAsync(string label, CancellationToken ct);

    Task RemoveKeySlotAsync(string slot, CancellationToken ct);
}
