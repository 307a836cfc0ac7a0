using Holdfast.Faults;
using Holdfast.Protection;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Inventory;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Protection.Restore;
using Holdfast.Protection.Verification;
using Holdfast.Vault;

namespace Holdfast.Cli.Engine;

/// <summary>Hands what commands ask for on to the engine's services.</summary>
internal sealed class LocalEngine(EngineContext context, IReadOnlyList<Fault> startNotices) : IEngine
{
    private readonly VmInventory inventory = new(context);
    private readonly PointService points = new(context);

    public IReadOnlyList<Fault> StartNotices => startNotices;

    public Task<IReadOnlyList<VmSummary>> ListVmsAsync(CancellationToken ct) => inventory.ListAsync(ct);

    public Task<VmSummary> FindVmAsync(string nameOrUuid, CancellationToken ct) => inventory.FindAsync(nameOrUuid, ct);

    public Task<VmSummary> FindExistingVmAsync(string nameOrUuid, CancellationToken ct) => inventory.FindExistingAsync(nameOrUuid, ct);

    public Task<IReadOnlyList<VmSummary>> MatchVmsAsync(string glob, CancellationToken ct) => inventory.MatchAsync(glob, ct);

    public Task<BackupResult> BackupVmAsync(Guid vm, BackupOptions options, IProgress<RunProgress> progress, CancellationToken ct) =>
        new BackupService(context).BackupVmAsync(vm, options, progress, ct);

    public Task<BackupResult> BackupImageAsync(
        string path, string? name, string? format, BackupOptions options, IProgress<RunProgress> progress, CancellationToken ct) =>
        new BackupService(context).BackupImageAsync(path, name, format, options, progress, ct);

    public Task<IReadOnlyList<RecoveryPoint>> ListPointsAsync(Guid? source, CancellationToken ct) =>
        source is { } one ? points.ListAsync(one, ct) : points.ListAllAsync(ct);

    public Task<RecoveryPoint> FindPointAsync(Guid source, string? idOrPrefix, CancellationToken ct) => points.FindAsync(source, idOrPrefix, ct);

    public Task DeletePointAsync(RecoveryPoint point, CancellationToken ct) => points.DeleteAsync(point, ct);

    public Task ProtectPointAsync(RecoveryPoint point, RetentionMark mark, CancellationToken ct) => points.ProtectAsync(point, mark, ct);

    public Task<IReadOnlyList<PruneDecision>> PlanPruneAsync(Guid source, PruneRule rule, CancellationToken ct) =>
        points.PlanPruneAsync(source, rule, ct);

    public Task<IReadOnlyList<RecoveryPoint>> PruneAsync(IReadOnlyList<PruneDecision> decisions, CancellationToken ct) =>
        points.PruneAsync(decisions, ct);

    public Task<RestoreResult> RestoreAsync(RecoveryPoint point, RestoreOptions options, IProgress<RunProgress> progress, CancellationToken ct) =>
        new RestoreService(context).RestoreAsync(point, options, progress, ct);

    public Task<VerifyResult> VerifyAsync(IReadOnlyList<RecoveryPoint> points, IProgress<RunProgress> progress, CancellationToken ct) =>
        new VerifyService(context).VerifyAsync(points, progress, ct);

    public Task<VaultInfo> GetVaultInfoAsync(CancellationToken ct) => OnVaultAsync(v => v.GetInfoAsync(ct));

    public Task<IReadOnlyList<KeySlot>> ListKeySlotsAsync(CancellationToken ct) => OnVaultAsync(v => v.ListKeySlotsAsync(ct));

    public Task<KeySlot> AddPassphraseAsync(string passphrase, string label, CancellationToken ct) =>
        OnVaultAsync(v => v.AddPassphraseAsync(passphrase, label, ct));

    public Task<(KeySlot Slot, string RecoveryKey)> AddRecoveryKeyAsync(string label, CancellationToken ct) =>
        OnVaultAsync(async v =>
        {
            var (slot, key) = await v.AddRecoveryKeyAsync(label, ct);
            return (slot, key.ToString());
        });

    public Task RemoveKeySlotAsync(string slot, CancellationToken ct) =>
        OnVaultAsync(async v =>
        {
            await v.RemoveKeySlotAsync(slot, ct);
            return true;
        });

    public async ValueTask DisposeAsync()
    {
        if (context.Vault is not null)
        {
            await context.Vault.DisposeAsync();
        }

        context.Host?.Dispose();
    }

    private Task<T> OnVaultAsync<T>(Func<BackupVault, Task<T>> action) =>
        FaultMapping.GuardAsync(() => action(context.RequiredVault), FaultSubject.Vault);
}
