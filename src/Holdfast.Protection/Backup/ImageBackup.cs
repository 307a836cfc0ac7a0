using System.Security.Cryptography;
using System.Text;
using Holdfast.Faults;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Protection.Sources;
using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>
/// Backs up one disk image file that no VM uses. The image stays locked by our own storage daemon all the while; with tracking
/// asked for, the new bitmap begins to record before anything is read, so no write is ever missed.
/// </summary>
internal sealed class ImageBackup(EngineContext context, BackupOptions options, IProgress<RunProgress>? progress)
{
    /// <summary>The one disk's name in the point.</summary>
    public const string Target = "disk";
    private const string Node = "image";

    /// <summary>The key of an image's points: from its name, or its path where none was given.</summary>
    public static Guid SourceOf(string key)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes("holdfast/image\n" + key)).AsSpan(0, 16);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Runs it.</summary>
    public async Task<BackupResult> RunAsync(string path, string? name, string? format, CancellationToken ct)
    {
        var clock = new RunClock(context.Time);
        var full = Path.GetFullPath(path);
        var source = SourceOf(name ?? full);
        using var held = VmLock.Acquire(context.Paths, source, name ?? full);
        progress?.Report(new RunProgress(RunStage.Prepare, null, 0, 0, 0));
        var chain = await ImageInfo.ReadChainAsync(full, format, isShared: false, ct).ConfigureAwait(false);
        var facts = Facts(full, format, chain);
        var vault = context.RequiredVault;
        await VaultFill.RequireRoomAsync(context, ct).ConfigureAwait(false);
        await using var watch = await vault.WatchSilentSessionsAsync(
            new DeadSessionOptions { Source = new SourceId(source), WatchHeartbeats = true }, ct).ConfigureAwait(false);
        var points = await vault.ListPointsAsync(new SourceId(source), ct).ConfigureAwait(false);
        var basePoint = BaseOf(vault.Id, points, chain[0]);
        var newest = points.Count > 0 ? new RecoveryPoint(points[^1], PointDetailsJson.Read(points[^1].Properties)) : null;
        var plan = BackupPlanner.Make(
            name ?? full, [facts], newest, basePoint, hasOtherVaultsCheckpoint: false, options, DiskSpec.DefaultChunkSizeBytes);
        var prepared = clock.Lap();

        await using var session = await context.Effects.RunAsync(
            Effect.OpenSession, () => vault.OpenSessionAsync(new SourceId(source), options.Compression, ct)).ConfigureAwait(false);
        var bitmap = new TrackingName(vault.Id, session.PointId).ToString();
        var track = options.TrackImage && facts.TrackingObstacle is null;
        await using var daemon = await OpenAsync(plan.Disks[0], track ? bitmap : null, ct).ConfigureAwait(false);
        var created = context.Time.GetUtcNow();

        var writer = new PointWriter(context, session, options, name ?? full, progress);
        BackupResult result;
        try
        {
            await context.Effects.RunAsync(Effect.Transfer, () => writer.WriteDisksAsync(
                [new SnapshotDisk(plan.Disks[0], daemon.Endpoint, Target, plan.Disks[0].Base?.Checkpoint)], ct)).ConfigureAwait(false);
            var transferred = clock.Lap();
            progress?.Report(new RunProgress(RunStage.Seal, null, 0, 0, session.Statistics.StoredBytes));
            var details = new PointDetails
            {
                Kind = SourceKind.Image,
                Name = name ?? full,
                Host = Environment.MachineName,
                Consistency = Consistency.Crash,
                Disks = writer.Disks,
                Note = options.Note,
                Checkpoint = track ? bitmap : null,
            };
            var point = await context.Effects.RunAsync(
                Effect.CommitPoint, () => session.CommitAsync(PointDetailsJson.Write(details), created, ct)).ConfigureAwait(false);
            var sealing = clock.Lap();
            result = new BackupResult(
                new RecoveryPoint(point, details), Consistency.Crash, Degraded: false, [.. plan.Notices, .. writer.Warnings],
                new BackupTiming(clock.Total, prepared, null, transferred, sealing, writer.Times.WithSeal(sealing)),
                writer.ReadBytes, point.Statistics.StoredBytes, point.Statistics.NewBytes);
        }
        catch
        {
            // The bitmap of a point that doesn't exist stands for nothing.
            if (track)
                await RemoveQuietlyAsync(daemon, bitmap).ConfigureAwait(false);
            throw;
        }

        // The point is durable: from here on nothing is cancelled, and what fails is tidied up by the next run.
        if (track)
        {
            foreach (var old in chain[0].Bitmaps.Where(b => TrackingName.TryParse(b.Name, out var n) && n.Vault == vault.Id))
                await context.Effects.RunAsync(Effect.DropOldCheckpoint, () => RemoveQuietlyAsync(daemon, old.Name)).ConfigureAwait(false);
        }

        return await new PointFinish(context, options, progress).FinishAsync(result, ct).ConfigureAwait(false);
    }

    private async Task<StorageDaemon> OpenAsync(DiskPlan disk, string? newBitmap, CancellationToken ct)
    {
        var path = disk.Facts.SourcePath!;
        var daemon = await StorageDaemon.StartAsync(ct).ConfigureAwait(false);
        try
        {
            await context.Effects.RunAsync(Effect.OpenImage, async () =>
            {
                await daemon.OpenImageAsync(Node, path, disk.Facts.Format!, writable: newBitmap is not null, ct).ConfigureAwait(false);
                if (newBitmap is not null)
                    await daemon.AddBitmapAsync(Node, newBitmap, ct).ConfigureAwait(false);
                // QEMU refuses a read-only export of a bitmap that records on a writable node. Nothing but this run's reads uses the export.
                await daemon.ExportAsync(Node, Target, writable: newBitmap is not null, disk.Base is { } b ? [b.Checkpoint] : [], ct).ConfigureAwait(false);
                // An image that is open for writing has QEMU's own lock against others who write.
                daemon.KeepUnchanged(disk.Facts.Chain.Select(i => i.Path).Skip(newBitmap is null ? 0 : 1));
            }).ConfigureAwait(false);
            return daemon;
        }
        catch (Exception e)
        {
            await daemon.DisposeAsync().ConfigureAwait(false);
            if (e is StorageDaemonException refused)
            {
                throw new FaultException(refused.IsLocked
                    ? BackupFaults.ImageInUse(path, refused.Message) : BackupFaults.ImageUnreadable(path, refused.Message), e);
            }

            throw;
        }
    }

    private static async Task RemoveQuietlyAsync(StorageDaemon daemon, string bitmap)
    {
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await daemon.UnexportAsync(Node, timeout.Token).ConfigureAwait(false);
        }
        catch (StorageDaemonException)
        {
            // Gone already: a bitmap can only be removed while nothing exports it.
        }

        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await daemon.RemoveBitmapAsync(Node, bitmap, timeout.Token).ConfigureAwait(false);
        }
        catch (StorageDaemonException)
        {
            // A bitmap left over costs space in the image, nothing else; the next run removes it.
        }
    }

    private static DiskFacts Facts(string path, string? format, IReadOnlyList<ImageInfo> chain)
    {
        var top = chain[0];
        // A guest can write a qcow2 header into a raw disk and name any file of the host as its backing file.
        if (format is null && (top.BackingPath is not null || top.HasDataFile))
            throw new FaultException(BackupFaults.ImageFormatUnsupported(path, top.Format + " with a backing or data file, format not given by --image-format"));
        return new DiskFacts
        {
            Target = Target,
            Device = "disk",
            SourceType = "file",
            SourcePath = path,
            Format = top.Format,
            SizeBytes = top.SizeBytes,
            IsEncrypted = chain.Any(i => i.IsEncrypted),
            HasGuessedBacking = chain.Any(i => i.HasGuessedBacking),
            TrackingObstacle = top.TrackingObstacle,
            Chain = [.. chain.Select(i => ImageIdentity.Of(i.Path))],
        };
    }

    private static BasePoint? BaseOf(VaultId vault, IReadOnlyList<Point> points, ImageInfo image)
    {
        var usable = image.Bitmaps.Where(b => b is { IsUsable: true, IsRecording: true }).Select(b => b.Name).ToHashSet();
        var point = points.LastOrDefault(p => usable.Contains(new TrackingName(vault, p.PointId).ToString()));
        return point is null ? null
            : new BasePoint(new RecoveryPoint(point, PointDetailsJson.Read(point.Properties)), new TrackingName(vault, point.PointId).ToString(), new HashSet<string> { Target });
    }
}
