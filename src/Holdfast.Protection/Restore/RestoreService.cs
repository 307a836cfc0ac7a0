using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Vault;

namespace Holdfast.Protection.Restore;

/// <summary>Brings a recovery point back: as image files, as a new VM, or in the place of a VM's present disks.</summary>
/// <param name="context">What it works with.</param>
public sealed class RestoreService(EngineContext context)
{
    /// <summary>
    /// Restores. What it made is removed again if it fails or is cancelled; an in-place restore whose images are all written can't
    /// be cancelled any more.
    /// </summary>
    /// <param name="point">The point.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="FaultException">It can't be done, or failed.</exception>
    public Task<RestoreResult> RestoreAsync(RecoveryPoint point, RestoreOptions options, IProgress<RunProgress>? progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(point);
        var disks = Select(point, options);
        var encrypted = disks.Select(d => d.Name).Where(name => point.Details.Disks.Any(d => d.Target == name && d.IsEncrypted)).ToList();
        if (options.Decrypt && encrypted.Count > 0)
            FaultMapping.Guard(() => DecryptionRecord.Add(context, point, encrypted, options), FaultSubject.Of(point) with { Path = context.Paths.State });
        return options switch
        {
            RestoreDisks files => new FilesRestore(context, point, files, progress).RunAsync(disks, ct),
            RestoreAsNew asNew => new NewVmRestore(context, point, asNew, progress).RunAsync(disks, ct),
            RestoreInPlace inPlace => new InPlaceRestore(context, point, inPlace, progress).RunAsync(disks, ct),
            _ => throw new ArgumentException("Unknown kind of restore.", nameof(options)),
        };
    }

    private static List<PointDisk> Select(RecoveryPoint point, RestoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var names = point.Stored.Disks.Select(d => d.Name).ToList();
        foreach (var wanted in options.Disks.Where(d => !names.Contains(d)))
            throw new FaultException(RestoreFaults.PointHasNoDisk(point.Id.ToString(), wanted, names));
        return [.. point.Stored.Disks.Where(d => options.Disks.Count == 0 || options.Disks.Contains(d.Name))];
    }
}
