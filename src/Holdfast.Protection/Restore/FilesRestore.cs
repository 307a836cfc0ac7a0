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
        var started = context.Time.GetTimestamp();
        var folder = Path.GetFullPath(options.Directory);
        var subject = FaultSubject.Of(point) with { Path = folder, IsTarget = true };
        var saved = options.WithConfiguration ? await SavedConfiguration.ReadAsync(context, point, ct).ConfigureAwait(false) : null;
        FaultMapping.Guard(() => Directory.CreateDirectory(folder), subject);

        var id = RestoreJournalFile.NewId();
        var name = FileNameOf(point.Details.Name);
        var extension = options.Format is ImageFormat.Raw ? "raw" : "qcow2";
        var jobs = disks.Select(d => new ImageJob(
            d, RestoreItem.Make(id, d.Name, Path.Combine(folder, $"{name}-{FileNameOf(d.Name)}.{extension}"), replaces: false), options.Format)).ToList();
        var xml = saved is null ? null : RestoreItem.Make(id, "xml", Path.Combine(folder, name + ".xml"), replaces: false);
        var nvram = saved?.Nvram is null ? null : RestoreItem.Make(id, "nvram", Path.Combine(folder, name + "-nvram.fd"), replaces: false);
        List<RestoreItem> items = [.. jobs.Select(j => j.Item), .. new[] { xml, nvram }.OfType<RestoreItem>()];
        foreach (var taken in items.Where(i => File.Exists(i.Path)))
            throw new FaultException(RestoreFaults.DiskFileExists(taken.Path));
        await _images.RequireSpaceAsync(jobs, ct).ConfigureAwait(false);

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
            ImageRestorer.Abandon(journal);
            throw;
        }

        await context.Effects.RunAsync(Effect.RemoveRestoreJournal, () =>
        {
            journal.Remove();
            return Task.CompletedTask;
        }).ConfigureAwait(false);
        return new RestoreResult(
            null, null, items.ToDictionary(i => i.Target, i => i.Path), _images.WrittenBytes, context.Time.GetElapsedTime(started), _images.Warnings);
    }

    private async Task PlaceAsync(
        RestoreJournalFile journal, List<RestoreItem> items, SavedConfiguration? saved, RestoreItem? xml, RestoreItem? nvram, CancellationToken ct)
    {
        if (xml is not null)
            ImageRestorer.WriteFile(xml, saved!.XmlBytes);
        if (nvram is not null)
            ImageRestorer.WriteFile(nvram, saved!.Nvram);
        ct.ThrowIfCancellationRequested();
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
