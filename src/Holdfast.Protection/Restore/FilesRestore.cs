using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Vault;

namespace Holdfast.Protection.Restore;

/// <summary>Writes a point's disks as image files into a folder. All files appear at the end, or none.</summary>
internal sealed class FilesRestore(EngineContext context, RecoveryPoint point, RestoreDisks options, IProgress<RunProgress>? progress)
{
    private readonly ImageRestorer _images = new(context, point, progress);

    public async Task<RestoreResult> RunAsync(IReadOnlyList<PointDisk> disks, CancellationToken ct)
    {
        var isNew = !Path.Exists(Path.GetFullPath(options.Directory));
        try
        {
            return await WriteAsync(disks, ct).ConfigureAwait(false);
        }
        catch when (isNew)
        {
            RemoveEmpty(Path.GetFullPath(options.Directory));
            throw;
        }
    }

    // As if nothing had been asked for: the folder goes if it was made for this, and holds nothing.
    private static void RemoveEmpty(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It isn't empty, or was never made.
        }
    }

    private async Task<RestoreResult> WriteAsync(IReadOnlyList<PointDisk> disks, CancellationToken ct)
    {
        var started = context.Time.GetTimestamp();
        var folder = Path.GetFullPath(options.Directory);
        var subject = FaultSubject.Of(point) with { Path = folder, IsTarget = true };
        var encrypted = point.Details.Disks.Where(d => d.IsEncrypted && disks.Any(p => p.Name == d.Target)).Select(d => d.Target).ToHashSet();
        using var saved = options.WithConfiguration || (encrypted.Count > 0 && !options.Decrypt)
            ? await SavedConfiguration.ReadAsync(context, point, ct).ConfigureAwait(false) : null;
        FaultMapping.Guard(() => Directory.CreateDirectory(folder), subject);

        var id = RestoreJournalFile.NewId();
        var name = FileNameOf(point.Details.Name);
        var jobs = disks.Select(d =>
        {
            var encryption = encrypted.Contains(d.Name) && !options.Decrypt ? saved!.EncryptionOf(d.Name, point.Id.ToString()) : null;
            var extension = options.Format is ImageFormat.Qcow2 ? "qcow2" : encryption is null ? "raw" : "luks";
            return new ImageJob(
                d, RestoreItem.Make(id, d.Name, Path.Combine(folder, $"{name}-{FileNameOf(d.Name)}.{extension}"), replaces: false), options.Format, encryption);
        }).ToList();
        var xml = !options.WithConfiguration ? null : RestoreItem.Make(id, "xml", Path.Combine(folder, name + ".xml"), replaces: false);
        var nvram = !options.WithConfiguration || saved!.Nvram is null ? null : RestoreItem.Make(id, RestoreItem.Nvram, Path.Combine(folder, name + "-nvram.fd"), replaces: false);
        List<RestoreItem> items = [.. jobs.Select(j => j.Item), .. new[] { xml, nvram }.OfType<RestoreItem>()];
        foreach (var taken in items.Where(i => File.Exists(i.Path)))
            throw new FaultException(RestoreFaults.DiskFileExists(taken.Path));
        await _images.RequireSpaceAsync(jobs, ct).ConfigureAwait(false);

        if (context.Journal is not null)
            await context.Journal.RestoreIntendedAsync(RestoreJournalFile.PathOf(context.Paths, id), ct).ConfigureAwait(false);
        using var journal = await context.Effects.RunAsync(Effect.WriteRestoreJournal, () => Task.FromResult(FaultMapping.Guard(
            () => RestoreJournalFile.Create(context.Paths, new RestoreJournal
            {
                Id = id,
                Kind = RestoreKind.Files,
                Vm = point.Details.Name,
                Point = point.Id.ToString(),
                Vault = point.Stored.VaultId.ToString(),
                Items = items,
            }), subject with { Path = context.Paths.State }))).ConfigureAwait(false);
        try
        {
            await _images.WriteAsync(jobs, ct).ConfigureAwait(false);
            await FaultMapping.GuardAsync(() => PlaceAsync(journal, items, saved, xml, nvram, ct), subject).ConfigureAwait(false);
        }
        catch
        {
            ImageRestorer.Abandon(journal, host: null);
            throw;
        }

        if (context.Journal is not null)
            await context.Journal.RestoredAsync(CancellationToken.None).ConfigureAwait(false);
        await context.Effects.RunAsync(Effect.RemoveRestoreJournal, () =>
        {
            journal.Remove();
            return Task.CompletedTask;
        }).ConfigureAwait(false);
        return new RestoreResult(
            null, null, items.ToDictionary(i => i.Target, i => i.Path), _images.WrittenBytes, context.Time.GetElapsedTime(started),
            [.. _images.Warnings, .. Encryption(encrypted), .. Tpm()], _images.Times);
    }

    private IEnumerable<Fault> Encryption(HashSet<string> encrypted) => encrypted.Count == 0 ? []
        : [options.Decrypt ? RestoreFaults.WrittenDecrypted(point.Id.ToString(), encrypted) : RestoreFaults.WrittenEncrypted(point.Id.ToString(), encrypted)];

    // A file of it beside the images would be a key to them that anybody copies along.
    private IEnumerable<Fault> Tpm() => point.Details.TpmAttachment is null ? [] : [RestoreFaults.TpmStateNotWritten(point.Details.Name)];

    private async Task PlaceAsync(
        RestoreJournalFile journal, List<RestoreItem> items, SavedConfiguration? saved, RestoreItem? xml, RestoreItem? nvram, CancellationToken ct)
    {
        if (xml is not null)
            ImageRestorer.WriteFile(xml, saved!.XmlBytes);
        if (nvram is not null)
            ImageRestorer.WriteFile(nvram, saved!.Nvram);
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

    // A VM's name is anything; a file's name isn't.
    private static string FileNameOf(string name)
    {
        var safe = string.Concat(name.Select(c => c == '/' || char.IsControl(c) ? '_' : c));
        return safe.StartsWith('.') ? "_" + safe[1..] : safe;
    }
}
