using System.Globalization;
using System.Text.Json;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Points;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Holdfast.Protection;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Health;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Protection.Restore;
using Holdfast.Vault;
using Microsoft.EntityFrameworkCore;
using RestoreKind = Holdfast.ControlPlane.Items.RestoreKind;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>Runs jobs by the engine: real backups, restores and deletions.</summary>
public sealed class EngineJobExecutor(
    ControlPlaneDatabase database, EngineContexts engines, Inventory inventory, RecoveryPoints points, ItemNotes notes, Rebinding rebinding, TimeProvider time)
    : IJobExecutor
{
    /// <inheritdoc/>
    public async Task<JobOutcome> RunAsync(JobRow job, IRunJournal effects, IProgress<RunProgress> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(job);
        VaultRow vault;
        ProtectedItemRow item;
        PolicyRow? policy;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            vault = await db.Vaults.AsNoTracking().SingleAsync(v => v.VaultId == job.VaultId, ct).ConfigureAwait(false);
            item = await db.Items.AsNoTracking().SingleAsync(i => i.ItemId == job.ItemId, ct).ConfigureAwait(false);
            policy = await db.Policies.AsNoTracking().SingleOrDefaultAsync(p => p.PolicyId == item.PolicyId, ct).ConfigureAwait(false);
        }

        return job.Operation switch
        {
            JobOperation.Backup => await BackUpAsync(job, vault, item, policy, effects, progress, ct).ConfigureAwait(false),
            JobOperation.Restore => await RestoreAsync(job, vault, item, effects, progress, ct).ConfigureAwait(false),
            JobOperation.DeleteBackupData => await DeleteAsync(job, vault, item, ct).ConfigureAwait(false),
            _ => throw new InvalidOperationException($"A {job.Operation} job has no work to run."),
        };
    }

    private async Task<JobOutcome> BackUpAsync(
        JobRow job, VaultRow vault, ProtectedItemRow item, PolicyRow? policy, IRunJournal effects, IProgress<RunProgress> progress, CancellationToken ct)
    {
        var request = Read<BackupJobRequest>(job);
        (var vm, item) = await FindVmAsync(job, item, ct).ConfigureAwait(false);
        var engine = await engines.MakeAsync(vault, vm.Host, ct).ConfigureAwait(false) with { Journal = effects };
        var excluded = vm.Disks.Where(d => d.Lun != DiskLuns.OsDisk && item.DiskExclusion?.Excludes(d.Lun) is true).Select(d => d.Target).ToList();
        var options = new BackupOptions { ExcludedDisks = excluded, RetainUntil = request.RetainUntilUtc, SlowAfter = null };
        if (policy is not null && PolicyDocument.FromStored(policy.Properties).Policy.CrashConsistentOnly)
            options = options with { Consistency = Consistency.Crash };
        var result = await new BackupService(engine).BackupVmAsync(vm.Uuid, options, progress, ct).ConfigureAwait(false);

        var properties = new Dictionary<string, string>
        {
            ["Backup Size"] = string.Create(CultureInfo.InvariantCulture, $"{result.ReadBytes / (1024 * 1024)} MB"),
            ["Backed-up disk(s)"] = string.Join(", ", result.Point.Details.Disks.Select(d => d.Target)),
        };
        var warnings = result.Warnings.ToList();
        try
        {
            var all = await points.ReadAsync(engine, item, CancellationToken.None).ConfigureAwait(false);
            properties[JobFacts.Point] = (await points.NameAsync(item, all, CancellationToken.None).ConfigureAwait(false))[result.Point.Id.Value].Name;
            await notes.WriteAsync(vault, item, CancellationToken.None).ConfigureAwait(false);
        }
        catch (FaultException e)
        {
            // The point exists, and the job has done what was asked; the next change of the item writes its note again.
            warnings.Add(e.Fault);
        }

        if (excluded.Count > 0)
            properties["Excluded disk(s)"] = string.Join(", ", excluded);
        if (request.RetainUntilUtc is { } until)
            properties["Recovery Point Expiry Time in UTC"] = until.UtcDateTime.ToString("M/d/yyyy h:mm:ss tt", CultureInfo.InvariantCulture);
        var ended = engine.Time.GetUtcNow();
        return new JobOutcome(warnings, properties, row =>
        {
            (row.LastBackupSucceeded, row.LastBackupFault, row.LastBackupUtc) = (true, null, ended);
            (row.LastPointUtc, row.HostId, row.ProposedSourceId, row.Health) = (result.Point.CreatedUtc, vm.Host.HostId, null, []);
            row.State = ItemChanges.AfterBackup(row, succeeded: true);
        }, Frozen: result.Timing.Frozen, StoredBytes: result.StoredBytes, Phases: result.Timing.Phases, Times: SlowJobs.TimesOf(result));
    }

    private async Task<JobOutcome> RestoreAsync(
        JobRow job, VaultRow vault, ProtectedItemRow item, IRunJournal effects, IProgress<RunProgress> progress, CancellationToken ct)
    {
        var request = Read<RestoreJobRequest>(job);
        var db = database.CreateDbContext();
        HostRow host;
        await using (db.ConfigureAwait(false))
            host = await db.Hosts.AsNoTracking().SingleAsync(h => h.HostId == job.HostId, ct).ConfigureAwait(false);
        var engine = await engines.MakeAsync(vault, host, ct).ConfigureAwait(false) with { Journal = effects };
        var point = await new PointService(engine).FindAsync(request.SourceId, new PointId(request.PointId).ToString(), ct).ConfigureAwait(false);
        var disks = DisksOf(point, request.Luns);
        RestoreOptions options = request.Kind switch
        {
            RestoreKind.AlternateLocation => new RestoreAsNew(request.TargetName!) { Network = request.Network, Pool = request.Pool, Disks = disks, Start = true },
            RestoreKind.OriginalLocation => new RestoreInPlace
            {
                Disks = disks,
                Shutdown = true,
                Start = await inventory.FindVmAsync(item.SourceId, ct).ConfigureAwait(false) is { IsActive: true },
            },
            _ => new RestoreDisks(await FolderAsync(host, job, request, ct).ConfigureAwait(false), ImageFormat.Qcow2) { Disks = disks, WithConfiguration = true },
        };
        options = options with { Decrypt = request.Decrypt };
        RestoreResult result;
        try
        {
            result = await new RestoreService(engine).RestoreAsync(point, options, progress, ct).ConfigureAwait(false);
        }
        catch when (options is RestoreDisks { Directory: var made } && Directory.Exists(made) && !Directory.EnumerateFileSystemEntries(made).Any())
        {
            // The folder is this job's own, and nothing came of it.
            Directory.Delete(((RestoreDisks)options).Directory);
            throw;
        }

        var properties = new Dictionary<string, string>();
        if (options is RestoreDisks files)
        {
            properties["Config Blob Container Name"] = Path.GetFileName(files.Directory);
            properties["Config Blob Name"] = result.Images.TryGetValue("xml", out var xml) ? Path.GetFileName(xml) : "";
        }

        foreach (var (target, path) in result.Images)
            properties[JobFacts.RestoredImage + target] = path;
        properties[JobFacts.WrittenBytes] = result.WrittenBytes.ToString(CultureInfo.InvariantCulture);
        if (result.Uuid is { } uuid)
            properties[JobFacts.RestoredVm] = uuid.ToString();
        return new JobOutcome(
            result.Warnings, properties, row => row.LastRestoreFault = null, Phases: result.Times,
            Times: new JobTimes(item.VmName, IsRestore: true, result.Duration, (result.Times ?? PhaseTimes.None).ByName()) { Disks = result.Images.Count });
    }

    private async Task<JobOutcome> DeleteAsync(JobRow job, VaultRow vault, ProtectedItemRow item, CancellationToken ct)
    {
        // Undeleted since it was queued, or queued by a clock that was ahead. From now on, as this job runs, undeleting is refused.
        if (job.Trigger is JobTrigger.Scheduled && !(item.PurgeAtUtc <= time.GetUtcNow()))
            return new JobOutcome([], new Dictionary<string, string>());
        var engine = await engines.MakeAsync(vault, null, ct).ConfigureAwait(false);
        var service = new PointService(engine);
        // A file system that isn't mounted has no points either, and the item would go for want of them.
        await FaultMapping.GuardAsync(() => engine.RequiredVault.GetImmutabilityAsync(ct), new FaultSubject { VaultPlace = vault.Name }).ConfigureAwait(false);
        // INV-1: an older copy of the database that was put back doesn't know that the item was undeleted, or protected again, since it was made.
        if (await notes.IsNewerAsync(vault, item, ct).ConfigureAwait(false))
            throw new FaultException(ServiceFaults.ItemNewerInStore(item.VmName));
        var sources = await GoingWithAsync(item, ct).ConfigureAwait(false);
        foreach (var point in await AllAsync(engine, sources).ConfigureAwait(false))
        {
            if (point.Stored.IsLocked(engine.Time.GetUtcNow()))
                throw new FaultException(FaultMapping.OfLocked(point.Id.ToString(), point.Stored.LockedUntilUtc!.Value));
        }

        foreach (var point in await AllAsync(engine, sources).ConfigureAwait(false))
        {
            // Whoever deletes an item's data means all of it, also what was to be kept for a time.
            if (point.Stored.Retention.Protected || point.Stored.Retention.RetainUntil is not null)
                await service.ProtectAsync(point, RetentionMark.None, ct).ConfigureAwait(false);
        }

        var all = await AllAsync(engine, sources).ConfigureAwait(false);
        if (all.Count > 0)
            await service.DeleteAsync([.. all], evenLast: true, ct).ConfigureAwait(false);
        await notes.DeleteAsync(vault, item, ct).ConfigureAwait(false);
        return new JobOutcome([], new Dictionary<string, string>(), RemovesItem: true);
    }

    /// <summary>The item's VM, and the item, which another VM of the same name may have become meanwhile.</summary>
    private async Task<(VirtualMachine Vm, ProtectedItemRow Item)> FindVmAsync(JobRow job, ProtectedItemRow item, CancellationToken ct)
    {
        var (vm, unread) = await inventory.LookForVmAsync(item.SourceId, ct).ConfigureAwait(false);
        if (vm is null)
        {
            // A host that is out of reach isn't a VM that is gone; nor is one that the VM was last seen on, having left its own.
            var seen = (await inventory.FindKnownVmAsync(item.SourceId, ct).ConfigureAwait(false))?.Host.HostId;
            if (unread.FirstOrDefault(h => h.HostId == item.HostId || h.HostId == seen) is { } host)
                throw new FaultException(ServiceFaults.HostNotReached(host.Name));
            item = await rebinding.LookForAsync(item, job.JobId, ct).ConfigureAwait(false) ?? item;
            vm = await inventory.FindVmAsync(item.SourceId, ct).ConfigureAwait(false) ?? throw new FaultException(item.ProposedSourceId is { } other
                ? ServiceFaults.RebindProposed(item.VmName, other.ToString("D")) : BackupFaults.VmNotFound(item.VmName, item.VmResourceGroup));
        }

        return vm.Fault is { } fault ? throw new FaultException(fault) : (vm, item);
    }

    // INV-8: what another item of the vault has, or had, isn't this one's alone, and stays.
    private async Task<IReadOnlyList<Guid>> GoingWithAsync(ProtectedItemRow item, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            return (await ItemSources.OfOthersAsync(db, item.VaultId, item.ItemId, ct).ConfigureAwait(false)).GoingWith(item);
    }

    private static async Task<IReadOnlyList<RecoveryPoint>> AllAsync(EngineContext engine, IReadOnlyList<Guid> sources)
    {
        var all = new List<RecoveryPoint>();
        foreach (var source in sources)
            all.AddRange(await new PointService(engine).ListAsync(source, CancellationToken.None).ConfigureAwait(false));
        return all;
    }

    /// <summary>The disks of a point by LUNs, as the VM had them then. The OS disk is always among them.</summary>
    private static List<string> DisksOf(RecoveryPoint point, IReadOnlyList<int>? luns)
    {
        if (luns is null)
            return [];
        var byLun = PointDisks.Luns(point);
        var unknown = luns.Where(l => l < 0 || byLun.All(d => d.Lun != l)).ToList();
        return unknown.Count == 0
            ? [.. byLun.Where(d => d.Lun == DiskLuns.OsDisk || luns.Contains(d.Lun)).Select(d => d.Target)]
            : throw new FaultException(RestoreFaults.PointHasNoDisk(
                point.Id.ToString(), string.Create(CultureInfo.InvariantCulture, $"LUN {unknown[0]}"), byLun.Select(d => $"LUN {d.Lun} ({d.Target})")));
    }

    // A folder of the job's own in the pool, as Azure writes into a container of its own.
    private async Task<string> FolderAsync(HostRow host, JobRow job, RestoreJobRequest request, CancellationToken ct)
    {
        var pools = await inventory.ListStoragePoolsAsync(host.SubscriptionId, host.ResourceGroup, ct).ConfigureAwait(false);
        var pool = pools.FirstOrDefault(p => p.Host.HostId == host.HostId && p.Name == request.Pool);
        return pool?.Path is { } path
            ? Path.Combine(path, $"{job.EntityName.Replace('/', '_')}-{job.JobId:N}")
            : throw new FaultException(RestoreFaults.PoolNotFound(request.Pool ?? "", pools.Select(p => p.Name)));
    }

    private static T Read<T>(JobRow job) =>
        JsonSerializer.Deserialize<T>(job.Request, RowJson.Options) ?? throw new InvalidDataException("The job's request is empty.");
}
