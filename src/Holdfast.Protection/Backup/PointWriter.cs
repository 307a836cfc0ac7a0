using Holdfast.Faults;
using Holdfast.Nbd;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>Brings the disks of a snapshot into a vault session: the way of the data, the same for VMs and images.</summary>
internal sealed class PointWriter(EngineContext context, VaultSession session, BackupOptions options, string vm, IProgress<RunProgress>? progress)
{
    private static readonly TimeSpan TimesEvery = TimeSpan.FromSeconds(1);
    private readonly TransferClock _clock = new(context.Time);
    private long _timesAt = context.Time.GetTimestamp();
    private readonly ReadLimiter _limiter = new(options.LimitReadBytesPerSecond, context.Time);
    private readonly TransferWatch _watch = new(vm, options.StallAfter, context.Time);
    private readonly List<DiskDetails> _disks = [];
    private readonly List<Fault> _warnings = [];
    private long _doneBytes;
    private long _totalBytes;

    /// <summary>What was read of each disk, and how.</summary>
    public IReadOnlyList<DiskDetails> Disks => _disks;

    /// <summary>Why disks were read whole, and what was mended.</summary>
    public IReadOnlyList<Fault> Warnings => _warnings;

    /// <summary>Bytes read so far.</summary>
    public long ReadBytes => _disks.Sum(d => d.ReadBytes);

    /// <summary>How long the snapshot took, which is told with the rest.</summary>
    public TimeSpan Freezing { get; set; }

    /// <summary>Where the time went so far.</summary>
    public PhaseTimes Times => _clock.Times(Freezing, session.Statistics);

    /// <summary>Reads all disks, one after the other.</summary>
    /// <exception cref="FaultException">It hardly moved, and was given up.</exception>
    public Task WriteDisksAsync(IReadOnlyList<SnapshotDisk> disks, CancellationToken ct)
    {
        // Who asks for less a second than the watch wants isn't told that it is slow.
        return options.StallAfter <= TimeSpan.Zero
            || (options.LimitReadBytesPerSecond is { } rate && rate * options.StallAfter.TotalSeconds < 2 * TransferWatch.BytesMin)
            ? WriteAsync(ct) : _watch.RunAsync(WriteAsync, ct);

        async Task WriteAsync(CancellationToken stop)
        {
            _clock.Begin();
            // Told before anything is read: a storage that answers nothing is waited for here.
            if (disks.Count > 0)
                progress?.Report(new RunProgress(RunStage.Transfer, disks[0].Plan.Facts.Target, 0, 0, 0));
            try
            {
                foreach (var disk in disks)
                    await WriteDiskAsync(disk, stop).ConfigureAwait(false);
            }
            finally
            {
                _clock.End();
            }
        }
    }

    private async Task WriteDiskAsync(SnapshotDisk disk, CancellationToken ct)
    {
        var facts = disk.Plan.Facts;
        string[] contexts = disk.Bitmap is null
            ? [NbdContexts.BaseAllocation] : [NbdContexts.BaseAllocation, NbdContexts.DirtyBitmap(disk.Bitmap)];
        await using var client = await NbdClient.ConnectAsync(
            disk.Endpoint, disk.Export, new NbdClientOptions { MetaContexts = contexts, MaxInFlight = 64 }, ct).ConfigureAwait(false);
        if (client.SizeBytes != facts.SizeBytes)
            throw new FaultException(BackupFaults.DiskReadFailed(facts.Target, $"the export has {client.SizeBytes} bytes, the disk {facts.SizeBytes}"));
        if (disk.Bitmap is not null && !client.MetaContexts.Contains(contexts[1]))
            throw new FaultException(BackupFaults.DiskReadFailed(facts.Target, $"the export doesn't offer the dirty bitmap {disk.Bitmap}"));

        var basedOn = disk.Plan.Base?.Point.Stored.Disks.First(d => d.Name == facts.Target);
        var chunkSize = basedOn?.ChunkSizeBytes ?? options.ChunkSizeBytes ?? DiskSpec.DefaultChunkSizeBytes;
        var plan = new ReadPlan(client.SizeBytes, chunkSize);
        var chunks = basedOn is null ? plan.WholeDisk() : await ChangedChunksAsync(client, contexts[1], plan, basedOn, ct).ConfigureAwait(false);
        // A server without base:allocation gives no zeros away: everything is read.
        var hasAllocation = client.MetaContexts.Contains(NbdContexts.BaseAllocation);
        var steps = plan.Steps(chunks, (offset, length) => hasAllocation
            ? client.GetExtentsAsync(NbdContexts.BaseAllocation, offset, length, ct) : AllData(offset, length), ct);

        var writer = session.BeginDisk(new DiskSpec(facts.Target, client.SizeBytes, chunkSize, IdentityOf(facts)), basedOn);
        var transfer = new DiskTransfer(client, writer, plan, _limiter) { Clock = _clock };
        if (basedOn is null)
            _totalBytes += client.SizeBytes;
        await transfer.RunAsync(steps, () => context.RequiredVault.RentChunk(chunkSize), bytes => Handled(facts.Target, bytes), ct).ConfigureAwait(false);
        var then = _clock.Now;
        await writer.CompleteAsync(ct).ConfigureAwait(false);
        _clock.HandedSince(then);

        if (disk.Plan.Reason is { } reason)
            _warnings.Add(reason);
        _disks.Add(new DiskDetails(
            facts.Target, facts.Format!, facts.SourcePath!, client.SizeBytes, basedOn is null ? ReadMode.Full : ReadMode.Incremental,
            disk.Plan.Reason?.Code.ToString(), disk.Plan.Base?.Point.Id.Value.ToString("N"), transfer.ReadBytes)
        {
            IsEncrypted = facts.IsEncrypted,
        });
    }

    // INV-5: damage isn't inherited. Chunks of the base that can't be read any more are read from the disk again.
    private async Task<IAsyncEnumerable<ChunkRange>> ChangedChunksAsync(
        NbdClient client, string dirtyContext, ReadPlan plan, PointDisk basedOn, CancellationToken ct)
    {
        var unreadable = await context.RequiredVault.FindUnreadableChunksAsync(basedOn, ct).ToListAsync(ct).ConfigureAwait(false);
        if (unreadable.Count > 0)
            _warnings.Add(BackupFaults.BaseChunksDamaged(basedOn.Name, unreadable.Sum(r => r.Count)));
        return Counted(plan.DirtyChunks(client.GetExtentsAsync(dirtyContext, 0, client.SizeBytes, ct), unreadable, ct), plan);
    }

    private async IAsyncEnumerable<ChunkRange> Counted(IAsyncEnumerable<ChunkRange> chunks, ReadPlan plan)
    {
        await foreach (var range in chunks.ConfigureAwait(false))
        {
            _totalBytes += Math.Min(range.End * plan.ChunkSizeBytes, plan.DiskSizeBytes) - (range.First * plan.ChunkSizeBytes);
            yield return range;
        }
    }

    private void Handled(string target, long bytes)
    {
        _doneBytes += bytes;
        _watch.Add(bytes);
        if (progress is null)
            return;
        PhaseTimes? times = null;
        if (context.Time.GetElapsedTime(_timesAt) >= TimesEvery)
            (times, _timesAt) = (Times, context.Time.GetTimestamp());
        progress.Report(new RunProgress(RunStage.Transfer, target, _doneBytes, _totalBytes, session.Statistics.StoredBytes, times));
    }

    private static string IdentityOf(DiskFacts facts) => facts.Chain.Count > 0 ? facts.Chain[0].ToString() : facts.SourcePath ?? "";

    private static async IAsyncEnumerable<NbdExtent> AllData(long offset, long length)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return new NbdExtent(offset, length, 0);
    }
}
