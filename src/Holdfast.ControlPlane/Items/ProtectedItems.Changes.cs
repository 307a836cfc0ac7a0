using System.Globalization;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Holdfast.Protection;
using Holdfast.Vault;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Items;

/// <content>What a change does to the database, inside an exclusive transaction.</content>
public sealed partial class ProtectedItems
{
    /// <summary>
    /// Stops protection and deletes the data: at once where the item has no points or soft delete is off, else after the vault's period.
    /// </summary>
    /// <exception cref="FaultException">There is no such item, it is soft-deleted, a job works on it, the vault is immutable and its points' time isn't over, or
    /// what the store holds of it can't be seen.</exception>
    public async Task<OperationRow> DeleteAsync(VaultRow vault, string container, string item, string? requestedBy, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        var seen = await GetAsync(vault, container, item, ct).ConfigureAwait(false);
        var stored = await CountStoredAsync(vault, seen, ct).ConfigureAwait(false);
        return await database.ExclusiveAsync(
            async db =>
            {
                var row = await FindAsync(db.Items, vault, container, item, ct).ConfigureAwait(false) ?? throw NotFound(vault, item);
                // A backup that ended meanwhile has made a point that wasn't counted.
                if (stored == 0 && row.LastPointUtc != seen.LastPointUtc)
                    throw new FaultException(ServiceFaults.ChangedMeanwhile(item));
                // The vault as it is now: soft delete may have been switched since the request began.
                var current = await db.Vaults.SingleAsync(v => v.VaultId == vault.VaultId, ct).ConfigureAwait(false);
                return await DeleteAsync(db, current, row, stored, requestedBy, ct).ConfigureAwait(false);
            }, ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Points of an item in the store, damaged ones too where there are no others. INV-1: the database may know nothing of them, as where a point couldn't be named
    /// or where the item came back from its points.
    /// </summary>
    private async Task<int> CountStoredAsync(VaultRow vault, ProtectedItemRow item, CancellationToken ct)
    {
        IReadOnlyList<Guid> sources;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            sources = (await ItemSources.OfOthersAsync(db, item.VaultId, item.ItemId, ct).ConfigureAwait(false)).GoingWith(item);
        var store = await open.OpenAsync(vault, ct).ConfigureAwait(false);
        var subject = new FaultSubject { VaultPlace = vault.StorePath };
        var count = 0;
        foreach (var source in sources.Select(s => new SourceId(s)))
        {
            var points = await FaultMapping.GuardAsync(() => store.ListPointsAsync(source, ct), subject).ConfigureAwait(false);
            // As in Azure: an immutable vault keeps data, also from whoever may stop protection and delete. The store refuses too, when its time comes.
            if (vault.Immutability != VaultRules.ImmutabilityDisabled
                && points.Where(p => p.IsLocked(time.GetUtcNow())).MaxBy(p => p.LockedUntilUtc) is { } locked)
            {
                throw new FaultException(FaultMapping.OfLocked(locked.PointId.ToString(), locked.LockedUntilUtc!.Value));
            }

            count += points.Count > 0 ? points.Count
                : (await FaultMapping.GuardAsync(() => store.ListUnreadablePointsAsync(source, ct), subject).ConfigureAwait(false)).Count;
        }

        return count;
    }

    private async Task<OperationRow> DeleteAsync(
        ControlPlaneContext db, VaultRow vault, ProtectedItemRow item, int stored, string? requestedBy, CancellationToken ct)
    {
        ItemChanges.RefuseSoftDeleted(item);
        var busy = await db.Jobs.FirstOrDefaultAsync(j => j.ItemId == item.ItemId && j.Phase != JobPhase.Ended, ct).ConfigureAwait(false);
        if (busy is not null)
            throw new FaultException(BackupFaults.OperationInProgress(item.VmName, $"{busy.Operation} {busy.JobId:D}"));
        var points = Math.Max(stored, await db.Points.CountAsync(p => p.ItemId == item.ItemId, ct).ConfigureAwait(false));
        var now = time.GetUtcNow();
        item.PolicyId = null;
        item.State = ProtectionState.ProtectionStopped;
        var job = JobQueue.Make(item, JobOperation.DeleteBackupData, "{}", now);
        job.RequestedBy = requestedBy;
        job.Properties = new Dictionary<string, string>(job.Properties)
        {
            ["Number of Recovery Points"] = points.ToString(CultureInfo.InvariantCulture),
        };
        if (points > 0 && vault.SoftDelete is not SoftDeleteState.Disabled)
        {
            (item.DeletedUtc, item.PurgeAtUtc) = (now, now.AddDays(vault.SoftDeleteDays));
            Complete(job, now);
        }
        else if (points > 0)
        {
            job.ActiveKey = JobQueue.KeyOf(item);
        }
        else
        {
            db.Remove(item);
            Complete(job, now);
        }

        var operation = await SaveAsync(db, vault, item, job, ct).ConfigureAwait(false);
        queue.Announce();
        return operation;
    }

    private async Task<OperationRow> EnableAsync(
        ControlPlaneContext db, VaultRow vault, VirtualMachine vm, ProtectedItemSpec spec, CancellationToken ct)
    {
        await RefuseTakenAsync(db, vault, vm, ct).ConfigureAwait(false);
        if (!await db.Vaults.AnyAsync(v => v.VaultId == vault.VaultId, ct).ConfigureAwait(false))
            throw new FaultException(ServiceFaults.ResourceNotFound(vault.Ref.Id.ToString()));
        var policy = await PolicyAsync(db, vault, spec.PolicyId!, ct).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var item = new ProtectedItemRow
        {
            ItemId = Guid.NewGuid(),
            VaultId = vault.VaultId,
            SourceId = vm.Uuid,
            VmSubscriptionId = vm.Host.SubscriptionId,
            VmResourceGroup = vm.ResourceGroup,
            VmName = vm.Name,
            ItemKey = ArmNames.Item(vm.ResourceGroup, vm.Name).ToLowerInvariant(),
            HostId = vm.Host.HostId,
            PolicyId = policy.PolicyId,
            State = ProtectionState.IRPending,
            DiskExclusion = spec.DiskExclusion,
            DataId = ProtectedItemRow.NewDataId(),
            CreatedUtc = now,
        };
        db.Add(item);
        return await SaveAsync(db, vault, item, ConfigureJob(item, JobOperation.ConfigureBackup, policy.Name, spec, now), ct).ConfigureAwait(false);
    }

    private async Task<OperationRow> ChangeAsync(
        ControlPlaneContext db, VaultRow vault, ProtectedItemRow item, ProtectedItemSpec spec, CancellationToken ct)
    {
        await RefuseBeingDeletedAsync(db, item, ct).ConfigureAwait(false);
        var change = ItemChanges.Of(item, spec);
        var policy = change.NeedsPolicy ? await PolicyAsync(db, vault, spec.PolicyId!, ct).ConfigureAwait(false) : null;
        item.State = change.State;
        if (!change.KeepsPolicy)
            item.PolicyId = policy?.PolicyId;
        if (change.Undeletes)
            (item.DeletedUtc, item.PurgeAtUtc) = (null, null);
        item.DiskExclusion = spec.DiskExclusion is { IsNone: true } ? null : spec.DiskExclusion ?? item.DiskExclusion;
        var job = ConfigureJob(item, change.Operation, policy?.Name ?? "", spec, time.GetUtcNow());
        if (change.Undeletes)
            job.Properties = new Dictionary<string, string>(job.Properties) { ["Undelete flag"] = "True" };
        return await SaveAsync(db, vault, item, job, ct).ConfigureAwait(false);
    }

    // What a job deletes already can't be taken back. One that waits to purge a soft-deleted item finds it undeleted, and leaves it alone.
    private static async Task RefuseBeingDeletedAsync(ControlPlaneContext db, ProtectedItemRow item, CancellationToken ct)
    {
        var deleting = await db.Jobs.FirstOrDefaultAsync(
            j => j.ItemId == item.ItemId && j.Operation == JobOperation.DeleteBackupData && j.Phase != JobPhase.Ended
                && (j.Phase == JobPhase.Running || j.Trigger == JobTrigger.OnDemand), ct).ConfigureAwait(false);
        if (deleting is not null)
            throw new FaultException(BackupFaults.OperationInProgress(item.VmName, $"{deleting.Operation} {deleting.JobId:D}"));
    }

    private static JobRow ConfigureJob(ProtectedItemRow item, JobOperation operation, string policy, ProtectedItemSpec spec, DateTimeOffset now)
    {
        var job = JobQueue.Make(item, operation, "{}", now);
        job.RequestedBy = spec.RequestedBy;
        job.Properties = new Dictionary<string, string>(job.Properties) { ["Policy Name"] = policy };
        Complete(job, now);
        return job;
    }

    // What only concerns the database is done with the request: its job is born completed.
    private static void Complete(JobRow job, DateTimeOffset now)
    {
        (job.Phase, job.Status, job.Percent) = (JobPhase.Ended, JobStatus.Completed, 100);
        (job.BegunUtc, job.EndUtc) = (now, now);
    }

    private async Task<OperationRow> SaveAsync(ControlPlaneContext db, VaultRow vault, ProtectedItemRow item, JobRow job, CancellationToken ct)
    {
        var operation = Operations.Make(job.VaultId, OperationKind.RunsJob, job.JobId, job.ItemId, job.StartUtc);
        db.Add(job);
        db.Add(operation);
        var isGone = db.Entry(item).State is EntityState.Deleted;
        await db.SaveChangesAsync(ct).ConfigureAwait(false);
        if (isGone)
            await notes.DeleteInTransactionAsync(vault, item, ct).ConfigureAwait(false);
        else
            await notes.WriteInTransactionAsync(db, vault, item, ct).ConfigureAwait(false);
        return operation;
    }

    private static async Task<PolicyRow> PolicyAsync(ControlPlaneContext db, VaultRow vault, ArmId id, CancellationToken ct)
    {
        var key = (id["backupPolicies"] ?? "").ToLowerInvariant();
        var policy = id.IsWithin(vault.Ref.Id)
            ? await db.Policies.SingleOrDefaultAsync(p => p.VaultId == vault.VaultId && p.NameKey == key, ct).ConfigureAwait(false) : null;
        return policy ?? throw new FaultException(ServiceFaults.PolicyNotFound(id["backupPolicies"] ?? id.ToString(), vault.Name));
    }
}
