using Holdfast.Cli.Node;
using Holdfast.Cli.Remote;
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
internal sealed class LocalEngine(
    EngineContext context, VaultChange change, ServedVms served, IReadOnlyList<Fault> startNotices, StorePlaces places) : IEngine
{
    private readonly VmInventory inventory = new(context);
    private readonly PointService points = new(context);

    public IReadOnlyList<Fault> StartNotices => startNotices;

    public Task<IReadOnlyList<VmSummary>> ListVmsAsync(CancellationToken ct) => inventory.ListAsync(ct);

    public Task<VmSummary> FindVmAsync(string nameOrUuid, CancellationToken ct) => inventory.FindAsync(nameOrUuid, ct);

    public Task<VmSummary> FindExistingVmAsync(string nameOrUuid, CancellationToken ct) => inventory.FindExistingAsync(nameOrUuid, ct);

    public async Task<IReadOnlyList<VmSummary>> MatchVmsAsync(string? glob, CancellationToken ct) =>
        glob is null ? [.. (await inventory.ListAsync(ct)).Where(v => v.Exists)] : await inventory.MatchAsync(glob, ct);

    public async Task<BackupResult> BackupVmAsync(Guid vm, BackupOptions options, IProgress<RunProgress> progress, CancellationToken ct)
    {
        var service = new BackupService(await ToChangeAsync(ct));
        await served.RefuseAsync(vm, ct);
        return await service.BackupVmAsync(vm, options, progress, ct);
    }

    public async Task<BackupResult> BackupImageAsync(
        string path, string? name, string? format, BackupOptions options, IProgress<RunProgress> progress, CancellationToken ct) =>
        await new BackupService(await ToChangeAsync(ct)).BackupImageAsync(path, name, format, options, progress, ct);

    public Task<IReadOnlyList<RecoveryPoint>> ListPointsAsync(Guid? source, CancellationToken ct) =>
        source is { } one ? points.ListAsync(one, ct) : points.ListAllAsync(ct);

    public Task<RecoveryPoint> FindPointAsync(Guid source, string? idOrPrefix, CancellationToken ct) => points.FindAsync(source, idOrPrefix, ct);

    public async Task DeletePointsAsync(IReadOnlyCollection<RecoveryPoint> points, bool evenLast, CancellationToken ct) =>
        await new PointService(await ToChangeAsync(ct)).DeleteAsync(points, evenLast, ct);

    public async Task ProtectPointAsync(RecoveryPoint point, RetentionMark mark, CancellationToken ct) =>
        await new PointService(await ToChangeAsync(ct)).ProtectAsync(point, mark, ct);

    public Task<IReadOnlyList<PruneDecision>> PlanPruneAsync(Guid source, PruneRule rule, CancellationToken ct) =>
        points.PlanPruneAsync(source, rule, ct);

    public async Task<IReadOnlyList<RecoveryPoint>> PruneAsync(IReadOnlyList<PruneDecision> decisions, CancellationToken ct) =>
        await new PointService(await ToChangeAsync(ct)).PruneAsync(decisions, ct);

    public async Task<RestoreResult> RestoreAsync(RecoveryPoint point, RestoreOptions options, IProgress<RunProgress> progress, CancellationToken ct)
    {
        // The VM is changed, and the vault read: a node must not own it, but its store may be one that can't be written.
        if (options is not RestoreDisks)
            change.Take();
        var service = new RestoreService(context);
        if (options is RestoreInPlace)
            await served.RefuseAsync(point.Stored.SourceId.Value, ct);
        return await service.RestoreAsync(point, options, progress, ct);
    }

    public Task<VerifyResult> VerifyAsync(IReadOnlyList<RecoveryPoint> points, IProgress<RunProgress> progress, CancellationToken ct) =>
        new VerifyService(context).VerifyAsync(points, progress, ct);

    public Task<VaultCopyReport> CopyAsync(
        string to, string passphrase, IReadOnlyList<RecoveryPoint> points, IProgress<VaultCopyProgress> progress, CancellationToken ct) =>
        FaultMapping.GuardAsync(
            async () =>
            {
                using var owned = new VaultOwnership(to, offline: false);
                owned.TakeToChange();
                var store = places.Open(to);
                await ProbeRecord.EnsureAsync(to, store, context.Paths.Cache, context.Time, ct);
                await using var target = await BackupVault.OpenAsync(
                    store, VaultCredential.FromPassphrase(passphrase),
                    new VaultOpenOptions { CacheDirectory = context.Paths.Cache, TimeProvider = context.Time }, ct);
                if (target.Id == context.RequiredVault.Id)
                {
                    throw InputFaults.InvalidArgument("--to", "there is the same vault, or a copy of its files").ToException();
                }

                return await context.RequiredVault.CopyToAsync(target, [.. points.Select(p => p.Stored)], progress, ct);
            },
            new FaultSubject { VaultPlace = to });

    public Task<(int Packs, int Segments)> RebuildIndexAsync(CancellationToken ct) => ChangeVaultAsync(v => v.RebuildIndexAsync(ct), ct);

    public Task<ScrubReport> ScrubAsync(ScrubOptions options, IProgress<VerifyProgress> progress, CancellationToken ct) =>
        OnVaultAsync(v => v.ScrubAsync(options, progress, ct));

    public Task<VaultInfo> GetVaultInfoAsync(CancellationToken ct) => OnVaultAsync(v => v.GetInfoAsync(ct));

    public Task<(VaultImmutability Immutability, RetentionProbe? Store)> SetImmutabilityAsync(VaultImmutability immutability, CancellationToken ct) =>
        ChangeVaultAsync(v => v.SetImmutabilityAsync(immutability, ct), ct);

    public Task<VaultStatistics> GetVaultStatisticsAsync(IProgress<GcProgress> progress, CancellationToken ct) =>
        OnVaultAsync(v => v.GetStatisticsAsync(progress, ct));

    public Task<GcResult> CollectGarbageAsync(GcOptions options, IProgress<GcProgress> progress, CancellationToken ct) => options.DryRun
        ? OnVaultAsync(v => v.CollectGarbageAsync(options, progress, ct))
        : ChangeVaultAsync(v => v.CollectGarbageAsync(options, progress, ct), ct);

    public Task<IReadOnlyList<KeySlot>> ListKeySlotsAsync(CancellationToken ct) => OnVaultAsync(v => v.ListKeySlotsAsync(ct));

    public Task<KeySlot> AddPassphraseAsync(string passphrase, string label, CancellationToken ct) =>
        ChangeVaultAsync(v => v.AddPassphraseAsync(passphrase, label, ct), ct);

    public Task<(KeySlot Slot, string RecoveryKey)> AddRecoveryKeyAsync(string label, CancellationToken ct) =>
        ChangeVaultAsync(async v =>
        {
            var (slot, key) = await v.AddRecoveryKeyAsync(label, ct);
            return (slot, key.ToString());
        }, ct);

    public Task<KeySlot> RotatePassphraseAsync(string slot, string passphrase, CancellationToken ct) =>
        ChangeVaultAsync(v => v.RotatePassphraseAsync(slot, passphrase, ct), ct);

    public Task<(KeySlot Slot, string RecoveryKey)> RenewDataKeyAsync(string passphrase, CancellationToken ct) =>
        ChangeVaultAsync(async v =>
        {
            var (slot, key) = await v.RenewDataKeyAsync(passphrase, "passphrase", ct);
            return (slot, key.ToString());
        }, ct);

    public Task RemoveKeySlotAsync(string slot, CancellationToken ct) =>
        ChangeVaultAsync(async v =>
        {
            await v.RemoveKeySlotAsync(slot, ct);
            return true;
        }, ct);

    public async ValueTask DisposeAsync()
    {
        if (context.Vault is not null)
        {
            await context.Vault.DisposeAsync();
        }

        // The connection to libvirt is left to the end of the process, which is near: one command in some thousands ended with "double free" in
        // native code after all its work was done, and closing while libvirt's event loop runs (9.0) is what happens there.
        change.Dispose();
    }

    /// <summary>What works on a vault that it changes.</summary>
    private async Task<EngineContext> ToChangeAsync(CancellationToken ct)
    {
        await change.PrepareAsync(ct);
        return context;
    }

    private async Task<T> ChangeVaultAsync<T>(Func<BackupVault, Task<T>> action, CancellationToken ct)
    {
        await change.PrepareAsync(ct);
        return await OnVaultAsync(action);
    }

    private Task<T> OnVaultAsync<T>(Func<BackupVault, Task<T>> action) =>
        FaultMapping.GuardAsync(() => action(context.RequiredVault), FaultSubject.Vault);
}
