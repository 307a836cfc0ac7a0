using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Freeze;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Protection.Sources;
using Holdfast.Vault;

namespace Holdfast.Protection.Restore;

/// <summary>Puts a point's disks in the place of a VM's present ones. INV-R7: all disks or none, also after a crash at any step.</summary>
internal sealed class InPlaceRestore(EngineContext context, RecoveryPoint point, RestoreInPlace options, IProgress<RunProgress>? progress)
{
    private readonly ImageRestorer _images = new(context, point, progress);
    private readonly List<Fault> _warnings = [];

    public async Task<RestoreResult> RunAsync(IReadOnlyList<PointDisk> disks, CancellationToken ct)
    {
        var started = context.Time.GetTimestamp();
        var host = context.RequiredHost;
        var uuid = point.Stored.SourceId.Value;
        var subject = FaultSubject.OfVm(point.Details.Name, "look at the VM");
        if (point.Details.Kind is not SourceKind.VirtualMachine)
            throw new FaultException(RestoreFaults.PointHasNoConfiguration(point.Id.ToString()));
        // Without the configuration its secrets are still needed: for a disk whose own one the host has lost. So is its TPM's state.
        using var configuration = options.WithConfiguration || (point.Details.SecretsAttachment ?? point.Details.TpmAttachment) is not null
            ? await SavedConfiguration.ReadAsync(context, point, ct).ConfigureAwait(false) : null;
        var saved = options.WithConfiguration ? configuration : null;

        using var busy = VmLock.Acquire(context.Paths, uuid, point.Details.Name);
        bool runs;
        using (var domain = FaultMapping.Guard(() => host.FindDomain(uuid), subject))
        {
            if (domain is null && saved is null)
                throw new FaultException(BackupFaults.VmNotFound(point.Details.Name, host.Uri.ToString()));
            runs = domain is not null && FaultMapping.Guard(() => LooksSuitable(domain), subject);
        }

        var name = NameOf(host, uuid);
        var layout = FaultMapping.Guard(() => LayoutOf(host, uuid, name, saved, disks), subject);
        var kept = options.Disks.Count > 0 ? new List<string>() : FaultMapping.Guard(() => DisksBeside(DefinitionOf(host, uuid, name, saved), disks), subject);
        if (kept.Count > 0)
            _warnings.Add(RestoreFaults.DisksKept(name, point.Id.ToString(), kept));
        var id = RestoreJournalFile.NewId();
        var keys = new InPlaceKeys(host, point, new SecretRestore(host, id));
        var define = FaultMapping.Guard(
            () => keys.Find(layout, DefinitionOf(host, uuid, name, saved), configuration, saved is not null, options.Decrypt), subject);
        var jobs = disks.Select(d => new ImageJob(
            d, RestoreItem.Make(id, d.Name, layout.Places[d.Name].Path, File.Exists(layout.Places[d.Name].Path)),
            layout.Places[d.Name].Format == "raw" ? ImageFormat.Raw : ImageFormat.Qcow2, keys.Of(d.Name))).ToList();
        var nvram = NvramItem(id, saved);
        List<RestoreItem> items = [.. jobs.Select(j => j.Item), .. new[] { nvram }.OfType<RestoreItem>()];
        await FaultMapping.GuardAsync(() => RequireOwnFilesAsync(host, uuid, name, items, saved, ct), subject).ConfigureAwait(false);
        // Its folder is the VM's own by its name, and no domain names it.
        var tpm = FaultMapping.Guard(() => TpmItem(id, host, uuid, name, configuration), subject);
        if (tpm is not null)
            items.Add(tpm);
        if (saved is not null)
            FaultMapping.Guard(() => NetworkFit.RequireOwnMacs(host, uuid, saved.Xml), subject);
        FaultMapping.Guard(
            () => NetworkFit.RequireOwnAddresses(host, DefinitionOf(host, uuid, name, saved), point.Details.Addresses ?? []), subject);
        await _images.RequireSpaceAsync(jobs, ct).ConfigureAwait(false);

        if (context.Journal is not null)
            await context.Journal.RestoreIntendedAsync(RestoreJournalFile.PathOf(context.Paths, id), ct).ConfigureAwait(false);
        using var journal = await context.Effects.RunAsync(Effect.WriteRestoreJournal, () => Task.FromResult(FaultMapping.Guard(
            () => RestoreJournalFile.Create(context.Paths, new RestoreJournal
            {
                Id = id,
                Kind = RestoreKind.InPlace,
                Uuid = uuid,
                Vm = name,
                Point = point.Id.ToString(),
                Vault = point.Stored.VaultId.ToString(),
                Items = items,
                Secrets = keys.Secrets.Defined,
                DefineXml = define,
                RanOnBoot = runs ? ProcessIdentity.CurrentBoot() : null,
            }), subject with { Path = context.Paths.State }))).ConfigureAwait(false);
        var finish = new InPlaceFinish(context, host);
        var isSwapped = false;
        try
        {
            // Only now: whatever can be refused beforehand was, and the journal knows that the VM ran.
            if (runs)
                await FaultMapping.GuardAsync(() => ShutDownAsync(host, uuid, ct), subject).ConfigureAwait(false);
            await FaultMapping.GuardAsync(() => keys.Secrets.DefineAsync(context.Effects), subject).ConfigureAwait(false);
            await _images.WriteAsync(jobs, ct).ConfigureAwait(false);
            await FaultMapping.GuardAsync(
                () => SwapAsync(journal, items, nvram, tpm, layout, configuration, disks, ct), subject with { Path = items[0].Path, IsTarget = true })
                .ConfigureAwait(false);
            isSwapped = true;
            progress?.Report(new RunProgress(RunStage.Finish, null, 0, 0, 0));
            await FaultMapping.GuardAsync(() => finish.DefineAsync(journal.Journal), subject).ConfigureAwait(false);
        }
        catch (Exception e) when (!isSwapped || e.InnerException is not LibvirtException { IsConnectionLost: true })
        {
            // Whether a definition whose reply was lost took effect isn't known: then the next start finishes the restore.
            var undone = journal.Journal;
            if (Abandon(journal, host) is { } left)
                throw new FaultException(left, e);
            if (await VmAsBefore.RestoreAsync(context, undone).ConfigureAwait(false) is { } stays)
                throw new FaultException(stays, e);
            throw;
        }

        await FaultMapping.GuardAsync(() => finish.CloseAsync(journal), subject with { Path = items[0].Path, IsTarget = true })
            .ConfigureAwait(false);
        if (options.Start)
            await StartAsync(host, uuid, name).ConfigureAwait(false);
        return new RestoreResult(
            uuid, name, jobs.ToDictionary(j => j.Item.Target, j => j.Item.Path), _images.WrittenBytes,
            context.Time.GetElapsedTime(started), [.. _warnings, .. keys.Warnings, .. _images.Warnings], _images.Times);
    }

    /// <returns>Why the VM doesn't have its old images back: whoever reads that mustn't start it.</returns>
    private static Fault? Abandon(RestoreJournalFile journal, LibvirtConnection host)
    {
        try
        {
            ImageRestorer.Abandon(journal, host);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return RestoreFaults.InPlaceRecoveryFailed(journal.Journal.Vm, journal.FilePath, e.Message);
        }
        catch (LibvirtException)
        {
            // The old images are back. Secrets that were defined may be left: the journal, which stays, has them for the next start.
        }

        return null;
    }

    // From the check under the images' locks on nobody can start the VM on its old images; once they are moved aside, not at all.
    private async Task SwapAsync(
        RestoreJournalFile journal, List<RestoreItem> items, RestoreItem? nvram, RestoreItem? tpm, InPlaceLayout layout,
        SavedConfiguration? configuration, IReadOnlyList<PointDisk> disks, CancellationToken ct)
    {
        if (nvram is not null)
            ImageRestorer.WriteFile(nvram, configuration!.Nvram);
        if (tpm is not null)
            await TpmRestore.WriteAsync(tpm, configuration!, context.Effects).ConfigureAwait(false);
        // A TPM's state isn't QEMU's: libvirt gives it to its emulator, and nobody has it open while the images are locked.
        var opened = items.Where(i => i.OldPath is not null && i != tpm).ToList();
        foreach (var item in opened)
        {
            if (HostFile.Look(item.Path) is { } old)
                HostFile.SetOwner(item.NewPath, old.UserId, old.GroupId, old.Mode);
        }

        ct.ThrowIfCancellationRequested();
        var locks = new List<ImageLock>();
        try
        {
            foreach (var item in opened)
            {
                locks.Add(ImageLock.TryTake(item.Path)
                    ?? throw new FaultException(BackupFaults.ImageInUse(item.Path, "another process has it open")));
            }

            await CheckAgainAsync(journal.Journal, layout, options.WithConfiguration ? configuration : null, disks, opened, ct).ConfigureAwait(false);
            if (context.Journal is not null)
                await context.Journal.RestoreSealingAsync(ct).ConfigureAwait(false);
            await context.Effects.RunAsync(Effect.SealRestoreJournal, () =>
            {
                journal.Save(journal.Journal with { Sealed = true, Items = ImageRestorer.Stamped(items) });
                return Task.CompletedTask;
            }).ConfigureAwait(false);
            await FileSwap.MoveOldAsync(journal.Journal.Items, context.Effects).ConfigureAwait(false);
        }
        finally
        {
            foreach (var held in locks)
                held.Dispose();
        }

        FileSwap.MakeWay(journal.Journal.Items);
        await FileSwap.PlaceNewAsync(journal.Journal.Items, context.Effects).ConfigureAwait(false);
    }

    // While the images were written other VMs may have been given them, or been made upon them.
    private async Task CheckAgainAsync(
        RestoreJournal journal, InPlaceLayout layout, SavedConfiguration? saved, IReadOnlyList<PointDisk> disks, List<RestoreItem> opened, CancellationToken ct)
    {
        var host = context.RequiredHost;
        var users = await FileUsers.ReadAsync(host, journal.Uuid, ct).ConfigureAwait(false);
        users.RequireNobodyElses(journal.Uuid, opened, WritesOf(host, saved));
        using var domain = host.FindDomain(journal.Uuid);
        if (domain is null)
        {
            if (saved is null)
                throw new FaultException(RestoreFaults.VmStateChanged(journal.Vm, "it was undefined"));
            return;
        }

        if (domain.IsActive)
            throw new FaultException(RestoreFaults.VmStateChanged(journal.Vm, "it was started"));
        RequireReplaceable(domain);
        if (!layout.IsSameAs(LayoutOf(host, journal.Uuid, journal.Vm, saved, disks)))
            throw new FaultException(RestoreFaults.VmStateChanged(journal.Vm, "its disks were changed"));
    }

    /// <returns>Whether it runs, and is to be shut down.</returns>
    private bool LooksSuitable(Domain domain)
    {
        if (!domain.IsPersistent)
            throw new FaultException(BackupFaults.VmStateUnsuitable(domain.Name, "transient"));
        var runs = domain.IsActive;
        if (runs && !options.Shutdown)
            throw new FaultException(RestoreFaults.VmMustBeOff(domain.Name));
        RequireReplaceable(domain);
        return runs;
    }

    private async Task ShutDownAsync(LibvirtConnection host, Guid uuid, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var domain = host.LookupDomain(uuid);
        if (domain.IsActive)
            await new VmShutdown(context.Time).RunAsync(domain).ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
    }

    // A saved memory image resumes on the disks that it was saved with; snapshots stand for what is inside the old images.
    private static void RequireReplaceable(Domain domain)
    {
        if (domain.HasManagedSave)
            throw new FaultException(RestoreFaults.ManagedSavePresent(domain.Name));
        if (domain.ListSnapshots().Count > 0)
            throw new FaultException(RestoreFaults.VmHasSnapshots(domain.Name));
    }

    private string NameOf(LibvirtConnection host, Guid uuid)
    {
        using var domain = host.FindDomain(uuid);
        if (domain is not null)
            return domain.Name;
        using var taken = host.FindDomain(point.Details.Name);
        return taken is null ? point.Details.Name : throw new FaultException(RestoreFaults.VmNameTaken(point.Details.Name));
    }

    private static InPlaceLayout LayoutOf(
        LibvirtConnection host, Guid uuid, string name, SavedConfiguration? saved, IReadOnlyList<PointDisk> disks)
        => InPlaceLayout.Read(name, DefinitionOf(host, uuid, name, saved), disks, host.ResolvePath, mustDefine: saved is not null);

    private static DomainXml DefinitionOf(LibvirtConnection host, Guid uuid, string name, SavedConfiguration? saved)
    {
        using var domain = host.FindDomain(uuid);
        var xml = saved is null ? domain!.ReadXml(DomainXmlOptions.Inactive | DomainXmlOptions.Secure) : DomainXml.Read(saved.Xml.Root);
        // A VM that was renamed keeps its present name.
        xml.Root.SetElementValue("name", name);
        return xml;
    }

    private static List<string> DisksBeside(DomainXml xml, IReadOnlyList<PointDisk> disks) =>
        [.. xml.Disks.Where(d => d.Device is DiskDevice.Disk && !d.IsReadOnly && disks.All(p => p.Name != d.Target)).Select(d => d.Target)];

    // A file that no domain of this UUID names isn't ours to replace.
    private static async Task RequireOwnFilesAsync(
        LibvirtConnection host, Guid uuid, string name, List<RestoreItem> items, SavedConfiguration? saved, CancellationToken ct)
    {
        var users = await FileUsers.ReadAsync(host, uuid, ct).ConfigureAwait(false);
        foreach (var item in items.Where(i => i.OldPath is not null))
        {
            if (!users.IsNamedBy(uuid, item.Path))
                throw new FaultException(RestoreFaults.DiskFileExists(item.Path));
        }

        users.RequireNobodyElses(uuid, items, WritesOf(host, saved));

        foreach (var item in items)
        {
            if (!Directory.Exists(Path.GetDirectoryName(item.Path)))
                throw new FaultException(RestoreFaults.TargetFolderNotFound(Path.GetDirectoryName(item.Path) ?? name));
        }
    }

    private static IEnumerable<FileUse> WritesOf(LibvirtConnection host, SavedConfiguration? saved) =>
        saved is null ? [] : FileUsers.UsesOf(host, saved.Xml);

    private RestoreItem? NvramItem(string id, SavedConfiguration? saved)
    {
        if (saved?.Xml.Firmware.NvramPath is not { } path)
            return null;
        if (saved.Nvram is not null)
            return RestoreItem.Make(id, RestoreItem.Nvram, path, File.Exists(path));
        _warnings.Add(RestoreFaults.NvramNotInPoint(point.Details.Name));
        return null;
    }

    private RestoreItem? TpmItem(string id, LibvirtConnection host, Guid uuid, string name, SavedConfiguration? configuration)
    {
        if (configuration is null)
            return null;
        if (!options.WithConfiguration)
            return TpmRestore.ItemOfLost(id, host.Uri, uuid, DefinitionOf(host, uuid, name, saved: null), configuration);
        _warnings.AddRange(TpmRestore.Absence(configuration.Xml, point.Details));
        return TpmRestore.ItemOf(id, host.Uri, uuid, configuration.Xml, configuration);
    }

    // The disks are restored whatever becomes of the start; the fault says so.
    private async Task StartAsync(LibvirtConnection host, Guid uuid, string name)
    {
        try
        {
            using var domain = host.LookupDomain(uuid);
            await context.Effects.RunAsync(Effect.StartDomain, () => domain.StartAsync(DomainStartOptions.None, CancellationToken.None))
                .ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            throw new FaultException(RestoreFaults.VmStartFailed(name, e.Message), e);
        }
    }
}
