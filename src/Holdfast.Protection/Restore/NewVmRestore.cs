using System.Security.Cryptography;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Vault;

namespace Holdfast.Protection.Restore;

/// <summary>Restores a point as a new VM beside the old one.</summary>
internal sealed class NewVmRestore(EngineContext context, RecoveryPoint point, RestoreAsNew options, IProgress<RunProgress>? progress)
{
    private const string LibvirtsFolder = "/var/lib/libvirt/images";
    private readonly ImageRestorer _images = new(context, point, progress);

    public async Task<RestoreResult> RunAsync(IReadOnlyList<PointDisk> disks, CancellationToken ct)
    {
        var started = context.Time.GetTimestamp();
        var host = context.RequiredHost;
        var subject = FaultSubject.OfVm(options.NewName, "look at the host's VMs, networks and pools");
        using var saved = await SavedConfiguration.ReadAsync(context, point, ct).ConfigureAwait(false);
        if (options.Pool is { } pool)
            await PoolProbe.RequireWritableAsync(pool, FaultMapping.Guard(() => Folder(host), subject)!, context.Time, ct).ConfigureAwait(false);
        var plan = NewVmPlan.Make(
            point, saved.Xml, [.. disks.Select(d => d.Name)], options, FaultMapping.Guard(() => Look(host), subject));
        var notices = FaultMapping.Guard(
            () => NetworkFit.Require(host, DomainXml.Read(plan.Root), point.Details.Addresses ?? []), subject);

        await RequireSlotsAsync(host, plan, ct).ConfigureAwait(false);

        var id = RestoreJournalFile.NewId();
        var secrets = new SecretRestore(host, id);
        FaultMapping.Guard(() => secrets.Place(plan.Root, saved.Secrets), subject);
        var jobs = disks.Select(d => new ImageJob(
            d, RestoreItem.Make(id, d.Name, plan.Images[d.Name].Path, replaces: false),
            plan.Images[d.Name].Format == "raw" ? ImageFormat.Raw : ImageFormat.Qcow2,
            plan.Images[d.Name].IsEncrypted ? saved.EncryptionOf(d.Name, point.Id.ToString()) : null)).ToList();
        var nvram = plan.NvramPath is { } path ? RestoreItem.Make(id, RestoreItem.Nvram, path, replaces: false) : null;
        var definition = DomainXml.Read(plan.Root);
        var tpm = TpmRestore.ItemOf(id, host.Uri, plan.Uuid, definition, saved);
        List<RestoreItem> items = [.. jobs.Select(j => j.Item), .. new[] { nvram, tpm }.OfType<RestoreItem>()];
        await _images.RequireSpaceAsync(jobs, ct).ConfigureAwait(false);

        if (context.Journal is not null)
            await context.Journal.RestoreIntendedAsync(RestoreJournalFile.PathOf(context.Paths, id), ct).ConfigureAwait(false);
        using var journal = await context.Effects.RunAsync(Effect.WriteRestoreJournal, () => Task.FromResult(FaultMapping.Guard(
            () => RestoreJournalFile.Create(context.Paths, new RestoreJournal
            {
                Id = id,
                Kind = RestoreKind.NewVm,
                Uuid = plan.Uuid,
                Vm = options.NewName,
                Point = point.Id.ToString(),
                Vault = point.Stored.VaultId.ToString(),
                Items = items,
                Secrets = secrets.Defined,
            }), FaultSubject.Of(point) with { Path = context.Paths.State }))).ConfigureAwait(false);
        Domain domain;
        try
        {
            await FaultMapping.GuardAsync(() => secrets.DefineAsync(context.Effects), subject).ConfigureAwait(false);
            await _images.WriteAsync(jobs, ct).ConfigureAwait(false);
            await FaultMapping.GuardAsync(
                () => PlaceAsync(journal, items, nvram, tpm, saved, ct), FaultSubject.Of(point) with { Path = items[0].Path, IsTarget = true })
                .ConfigureAwait(false);
            progress?.Report(new RunProgress(RunStage.Finish, null, 0, 0, 0));
            domain = await context.Effects.RunAsync(Effect.DefineDomain, () => DefineAsync(host, plan)).ConfigureAwait(false);
            RefreshPool(host);
        }
        catch
        {
            Undo(host, journal);
            throw;
        }

        using (domain)
        {
            if (context.Journal is not null)
                await context.Journal.RestoredAsync(CancellationToken.None).ConfigureAwait(false);
            await context.Effects.RunAsync(Effect.RemoveRestoreJournal, () =>
            {
                journal.Remove();
                return Task.CompletedTask;
            }).ConfigureAwait(false);
            // A VM that doesn't start stays: its disks are restored, and what is missing is usually a small thing of the host.
            if (options.Start)
                await context.Effects.RunAsync(Effect.StartDomain, () => StartAsync(domain)).ConfigureAwait(false);
        }

        return new RestoreResult(
            plan.Uuid, options.NewName, jobs.ToDictionary(j => j.Item.Target, j => j.Item.Path), _images.WrittenBytes,
            context.Time.GetElapsedTime(started), [.. plan.Warnings, .. TpmRestore.Absence(definition, point.Details), .. notices, .. secrets.Warnings, .. _images.Warnings, .. Decrypted(disks)],
            _images.Times);
    }

    private IEnumerable<Fault> Decrypted(IReadOnlyList<PointDisk> disks)
    {
        var encrypted = point.Details.Disks.Where(d => d.IsEncrypted && disks.Any(p => p.Name == d.Target)).Select(d => d.Target).ToList();
        return options.Decrypt && encrypted.Count > 0 ? [RestoreFaults.WrittenDecrypted(point.Id.ToString(), encrypted)] : [];
    }

    // The domain first: it names the files. Where libvirt fails the journal stays, by which the next start finishes or removes all of it,
    // and what is told is why the restore failed.
    private static void Undo(LibvirtConnection host, RestoreJournalFile journal)
    {
        try
        {
            RemoveDomain(host, journal.Journal.Uuid);
            ImageRestorer.Abandon(journal, host);
        }
        catch (LibvirtException)
        {
            // Nothing else can be done now.
        }
    }

    /// <summary>Takes a domain away that a failed restore defined; does nothing where there is none.</summary>
    internal static void RemoveDomain(LibvirtConnection host, Guid uuid)
    {
        using var domain = host.FindDomain(uuid);
        if (domain is null)
            return;
        if (domain.IsActive)
            domain.Destroy();
        // Its firmware variables are one of the restore's own files and go with them. So is its TPM's state, which goes either way.
        try
        {
            domain.Undefine(DomainUndefineOptions.KeepNvram | DomainUndefineOptions.ManagedSave);
        }
        catch (LibvirtException e) when (e.Code is LibvirtErrorCode.InvalidArg)
        {
            // A driver that knows no firmware variables.
            domain.Undefine();
        }
    }

    private NewVmFacts Look(LibvirtConnection host) => new()
    {
        Domains = WithinQuota(HostDomains.Read(host), host),
        Folder = Folder(host),
        DefaultFolder = LibvirtsFolder,
        FileExists = p => HostFile.Look(p) is not null,
        FolderExists = Directory.Exists,
        RandomBytes = RandomNumberGenerator.GetBytes,
    };

    private IReadOnlyList<DomainXml> WithinQuota(IReadOnlyList<DomainXml> domains, LibvirtConnection host)
    {
        if (Quotas.Read(context.Paths).VmsPerHost is { } limit && domains.Select(d => d.Uuid).Distinct().Count() >= limit)
            throw new FaultException(RestoreFaults.QuotaReached("VMs", host.HostName, limit));
        return domains;
    }

    private string? Folder(LibvirtConnection host)
    {
        if (options.Pool is not { } name)
            return options.DisksDirectory is { } folder ? Path.GetFullPath(folder) : null;
        using var pool = host.FindStoragePool(name);
        if (pool is null)
        {
            var pools = host.ListStoragePools();
            var names = pools.Select(p => p.Name).ToList();
            foreach (var other in pools)
                other.Dispose();
            throw new FaultException(RestoreFaults.PoolNotFound(name, names));
        }

        // What no start would make fit is told first.
        if (pool.GetTarget() is not ("dir" or "fs" or "netfs", { } path))
            throw new FaultException(RestoreFaults.PoolTypeUnsupported(name, pool.GetTarget().Type));
        return pool.IsActive ? path : throw new FaultException(RestoreFaults.PoolInactive(name));
    }

    // Only the lack of slots is taken from it: whatever else libvirt may say here is said, and told apart, when the VM is defined.
    private async Task RequireSlotsAsync(LibvirtConnection host, NewVmPlan plan, CancellationToken ct)
    {
        try
        {
            await host.TryPrepareDomainAsync(plan.Root.ToString(), ct).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (PciSlots.AreExhausted(e))
        {
            throw new FaultException(RestoreFaults.PciSlotsExhausted(options.NewName), e);
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            // Among them the right to ask, and drivers that can't answer.
        }
        catch (LibvirtException e)
        {
            throw new FaultException(HostFaults.HypervisorConnectionLost(e.Message), e);
        }
    }

    private async Task PlaceAsync(
        RestoreJournalFile journal, List<RestoreItem> items, RestoreItem? nvram, RestoreItem? tpm, SavedConfiguration saved, CancellationToken ct)
    {
        if (nvram is not null)
            ImageRestorer.WriteFile(nvram, saved.Nvram);
        if (tpm is not null)
            await TpmRestore.WriteAsync(tpm, saved, context.Effects).ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
        if (context.Journal is not null)
            await context.Journal.RestoreSealingAsync(ct).ConfigureAwait(false);
        await context.Effects.RunAsync(Effect.SealRestoreJournal, () =>
        {
            journal.Save(journal.Journal with { Sealed = true, Items = ImageRestorer.Stamped(items) });
            return Task.CompletedTask;
        }).ConfigureAwait(false);
        await FileSwap.PlaceNewAsync(journal.Journal.Items, context.Effects).ConfigureAwait(false);
    }

    private async Task<Domain> DefineAsync(LibvirtConnection host, NewVmPlan plan)
    {
        try
        {
            // Looked at again: somebody may have taken the name while the images were written.
            using (var taken = host.FindDomain(options.NewName))
            {
                if (taken is not null)
                    throw new FaultException(RestoreFaults.VmNameTaken(options.NewName));
            }

            // Given up waiting for, it would define the VM all the same, after its disks were removed.
            return await host.DefineDomainAsync(plan.Root.ToString(), validate: false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            throw new FaultException(WhyNotDefined(e), e);
        }
        catch (LibvirtException e)
        {
            throw new FaultException(HostFaults.HypervisorConnectionLost(e.Message), e);
        }
    }

    private Fault WhyNotDefined(LibvirtException e) => e switch
    {
        { Code: LibvirtErrorCode.AccessDenied or LibvirtErrorCode.AuthFailed or LibvirtErrorCode.AuthUnavailable or LibvirtErrorCode.OperationDenied } =>
            RestoreFaults.DefineDenied(options.NewName, e.Message),
        _ when PciSlots.AreExhausted(e) => RestoreFaults.PciSlotsExhausted(options.NewName),
        _ => RestoreFaults.VmDefineFailed(options.NewName, e.Message),
    };

    private async Task StartAsync(Domain domain)
    {
        try
        {
            await domain.StartAsync(DomainStartOptions.None, CancellationToken.None).ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            throw new FaultException(RestoreFaults.VmStartFailed(options.NewName, e.Message), e);
        }
    }

    private void RefreshPool(LibvirtConnection host)
    {
        if (options.Pool is not { } name)
            return;
        using var pool = host.FindStoragePool(name);
        try
        {
            pool?.Refresh();
        }
        catch (LibvirtException)
        {
            // Only libvirt's list of volumes is stale then; the VM names its images by path.
        }
    }
}
