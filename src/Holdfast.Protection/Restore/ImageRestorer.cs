using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;

namespace Holdfast.Protection.Restore;

/// <summary>Writes a point's disks to new images: vault, through bounded buffers, to the image.</summary>
internal sealed class ImageRestorer(EngineContext context, RecoveryPoint point, IProgress<RunProgress>? progress)
{
    private const long LuksHeaderBytes = 4 << 20;
    private static readonly TimeSpan TimesEvery = TimeSpan.FromSeconds(1);
    private readonly FaultSubject _subject = FaultSubject.Of(point);
    private TimeSpan _reading;
    private TimeSpan _writing;

    /// <summary>Things that the user should know.</summary>
    public List<Fault> Warnings { get; } = [];

    /// <summary>Bytes of data written so far.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Where the time went so far: into the vault, or into the images.</summary>
    public PhaseTimes Times => PhaseTimes.None with { Reading = _reading, Writing = _writing };

    /// <summary>Sees beforehand that every file system has room for the data that goes to it.</summary>
    /// <exception cref="FaultException">One hasn't.</exception>
    public async Task RequireSpaceAsync(IReadOnlyList<ImageJob> jobs, CancellationToken ct)
    {
        var needs = new Dictionary<ulong, (string Folder, long Bytes)>();
        foreach (var job in jobs)
        {
            var folder = Path.GetDirectoryName(job.Item.Path)!;
            var chunks = await FaultMapping.GuardAsync(
                () => context.RequiredVault.CountDataChunksAsync(job.Disk, ct), _subject).ConfigureAwait(false);
            // A LUKS image has no holes.
            var data = job is { Format: ImageFormat.Raw, Encryption: not null }
                ? job.Disk.SizeBytes : Math.Min(chunks * job.Disk.ChunkSizeBytes, job.Disk.SizeBytes);
            var device = HostFile.Look(folder)?.Device ?? throw new FaultException(RestoreFaults.TargetFolderNotFound(folder));
            var before = needs.GetValueOrDefault(device).Bytes;
            needs[device] = (folder, before + data + Overhead(job.Disk.SizeBytes, job.Format) + (job.Encryption is null ? 0 : LuksHeaderBytes));
        }

        foreach (var (folder, bytes) in needs.Values)
        {
            var free = HostFile.FreeBytes(folder);
            if (free < bytes)
                throw new FaultException(RestoreFaults.TargetSpaceShort(folder, bytes, free));
        }
    }

    /// <summary>Writes all images, one after the other, each in parallel in itself.</summary>
    public async Task WriteAsync(IReadOnlyList<ImageJob> jobs, CancellationToken ct)
    {
        var total = jobs.Sum(j => j.Disk.SizeBytes);
        var done = 0L;
        foreach (var job in jobs)
        {
            await FaultMapping.GuardAsync(
                () => WriteAsync(job, done, total, ct), _subject with { Disk = job.Disk.Name, Path = job.Item.Path, IsTarget = true })
                .ConfigureAwait(false);
            done += job.Disk.SizeBytes;
        }
    }

    /// <summary>Writes a small file (XML, firmware variables), mode 0600, durably.</summary>
    public static void WriteFile(RestoreItem item, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(item.NewPath, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(content);
        file.Flush(flushToDisk: true);
        HostFile.SyncFolder(Path.GetDirectoryName(item.NewPath)!);
    }

    /// <summary>Removes whatever an unfinished restore left, and its journal.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="host">libvirt, where the restore defines secrets there.</param>
    /// <exception cref="IOException">It couldn't be done, or not to its end. The journal stays; where not every old file is found, nothing was touched.</exception>
    public static void Abandon(RestoreJournalFile journal, LibvirtConnection? host)
    {
        if (journal.Journal.Kind is RestoreKind.InPlace)
            FileSwap.RequireUndoable(journal.Journal.Items);
        // Cut off, it must go on as an undo: the next start would finish a sealed one, into old and new images by turns.
        if (journal.Journal.Sealed)
            journal.Save(journal.Journal with { Sealed = false });
        FileSwap.Undo(journal.Journal.Items);
        if (host is not null)
            SecretRestore.Undo(host, journal.Journal);
        journal.Remove();
        // Last: while there is a journal its folders are looked for.
        TpmRestore.RemoveFolders(journal.Journal.Items);
    }

    /// <summary>The items with the identity of their files, for the sealed journal.</summary>
    public static IReadOnlyList<RestoreItem> Stamped(IReadOnlyList<RestoreItem> items) =>
        [.. items.Select(i => i with
        {
            New = HostFile.Look(i.NewPath)?.Stamp ?? throw new FileNotFoundException("A restored file is gone.", i.NewPath),
            Old = i.OldPath is null ? null : HostFile.Look(i.Path)?.Stamp,
            Folder = HostFile.Look(Path.GetDirectoryName(i.Path)!)?.Stamp,
        })];

    private async Task WriteAsync(ImageJob job, long doneBefore, long total, CancellationToken ct)
    {
        ImageTarget? target = null;
        try
        {
            target = await context.Effects.RunAsync(Effect.CreateImage, () => CreateAsync(job, ct)).ConfigureAwait(false);
            target.Time = context.Time;
            var started = context.Time.GetTimestamp();
            await context.Effects.RunAsync(
                Effect.WriteImage,
                async () =>
                {
                    var relay = progress is null ? null
                        : new Relay(progress, job.Disk.Name, doneBefore, total, context.Time, () => With(context.Time.GetElapsedTime(started), target.Writing));
                    await context.RequiredVault.CopyDiskToAsync(job.Disk, target, relay, ct).ConfigureAwait(false);
                    var copied = With(context.Time.GetElapsedTime(started), target.Writing);
                    (_reading, _writing) = (copied.Reading, copied.Writing);
                    var then = context.Time.GetTimestamp();
                    await target.CompleteAsync(ct).ConfigureAwait(false);
                    _writing += context.Time.GetElapsedTime(then);
                }).ConfigureAwait(false);
            WrittenBytes += target.WrittenBytes;
            if (target is RawFileTarget { IsSparse: false })
                Warnings.Add(RestoreFaults.SparseUnsupported(job.Item.Path));
        }
        finally
        {
            if (target is not null)
                await target.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Several workers read and write by turns: what share of their time was writing is the share of the whole.
    private PhaseTimes With(TimeSpan copying, TimeSpan writes)
    {
        var writing = writes / context.RequiredVault.Parallelism;
        writing = writing < copying ? writing : copying;
        return PhaseTimes.None with { Reading = _reading + copying - writing, Writing = _writing + writing };
    }

    private static async Task<ImageTarget> CreateAsync(ImageJob job, CancellationToken ct) => job.Format is ImageFormat.Raw
        ? job.Encryption is { } key
            ? await QemuTarget.CreateLuksAsync(job.Item.NewPath, job.Disk.SizeBytes, key, null, ct).ConfigureAwait(false)
            : RawFileTarget.Create(job.Item.NewPath, job.Disk.SizeBytes)
        : await QemuTarget.CreateQcow2Async(job.Item.NewPath, job.Disk.SizeBytes, job.Encryption, null, ct).ConfigureAwait(false);

    // qcow2: L2 entries (8 bytes a cluster of 64 KiB) and refcounts; raw: nothing that matters.
    private static long Overhead(long diskBytes, ImageFormat format) => format is ImageFormat.Raw ? 0 : (diskBytes >> 12) + (1 << 20);

    private sealed class Relay(IProgress<RunProgress> outer, string disk, long doneBefore, long total, TimeProvider time, Func<PhaseTimes> times) : IProgress<long>
    {
        private long _timesAt = time.GetTimestamp();

        public void Report(long value)
        {
            var isTime = time.GetElapsedTime(Interlocked.Read(ref _timesAt)) >= TimesEvery;
            if (isTime)
                Interlocked.Exchange(ref _timesAt, time.GetTimestamp());
            outer.Report(new RunProgress(RunStage.Restore, disk, doneBefore + value, total, 0, isTime ? times() : null));
        }
    }
}
