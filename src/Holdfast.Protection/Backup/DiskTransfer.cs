using Holdfast.Nbd;
using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>
/// Brings one disk into the vault: the steps of its <see cref="ReadPlan"/> are read over NBD with many requests in flight and
/// handed to the vault's writer in disk order. Memory: <see cref="InFlightBytesMax"/> and what the writer allows itself.
/// </summary>
/// <param name="client">The export of the disk, frozen at the snapshot's instant.</param>
/// <param name="writer">Where the chunks go.</param>
/// <param name="plan">Size and chunk size.</param>
/// <param name="limiter">Bounds the rate.</param>
public sealed class DiskTransfer(NbdClient client, DiskWriter writer, ReadPlan plan, ReadLimiter limiter)
{
    /// <summary>Bytes of read requests on the wire at once (but at least four chunks).</summary>
    public const int InFlightBytesMax = 4 << 20;

    /// <summary>
    /// Bytes of one request at most: neighbouring chunks are read together, since a request costs the server and both schedulers
    /// more than its bytes do. From 1 MiB on it gets dearer again: QEMU then maps fresh memory for each.
    /// </summary>
    public const int RequestBytesMax = 512 << 10;

    private const int QueueMax = 64;

    // Reads and ranges of zeros, in disk order: zeros wait their turn, so that reads behind them can start.
    private readonly Queue<Piece> _queue = new(QueueMax);
    private readonly Stack<Piece> _idle = new(QueueMax);
    private readonly int _chunksAtOnce = Math.Max(1, RequestBytesMax / plan.ChunkSizeBytes);
    private readonly int _chunksInFlightMax = Math.Max(4, InFlightBytesMax / plan.ChunkSizeBytes);
    private int _chunksInFlight;

    /// <summary>Times the way; null for nobody who wants to know.</summary>
    public TransferClock? Clock { get; init; }

    /// <summary>Bytes read so far.</summary>
    public long ReadBytes { get; private set; }

    /// <summary>Carries out the steps.</summary>
    /// <param name="steps">What to read and what to zero, ascending.</param>
    /// <param name="rent">Lends a buffer of the chunk size.</param>
    /// <param name="handled">Told the bytes of each chunk or zero range once it is handed over.</param>
    /// <param name="ct">Cancels; nothing is left in flight.</param>
    public async Task RunAsync(IAsyncEnumerable<ReadStep> steps, Func<ChunkBuffer> rent, Action<long> handled, CancellationToken ct)
    {
        try
        {
            await foreach (var step in steps.WithCancellation(ct).ConfigureAwait(false))
            {
                if (step.IsZero)
                {
                    await MakeRoomAsync(0, handled, ct).ConfigureAwait(false);
                    Enqueue(step.Chunks);
                    continue;
                }

                for (var first = step.Chunks.First; first < step.Chunks.End; first += _chunksAtOnce)
                {
                    var count = (int)Math.Min(_chunksAtOnce, step.Chunks.End - first);
                    await MakeRoomAsync(count, handled, ct).ConfigureAwait(false);
                    await LimitAsync((long)count * plan.ChunkSizeBytes, ct).ConfigureAwait(false);
                    var piece = Enqueue(new ChunkRange(first, count));
                    for (var i = 0; i < count; i++)
                        piece.Add(rent(), (int)(BytesOf(new ChunkRange(first + i, 1))));
                    _chunksInFlight += count;
                    piece.Read = client.ReadAsync(first * plan.ChunkSizeBytes, piece.Targets, ct).AsTask();
                }
            }

            while (_queue.Count > 0)
                await HandOverAsync(handled, ct).ConfigureAwait(false);
        }
        finally
        {
            // After a failure: no buffer goes back to the pool while a reply may still be written into it.
            while (_queue.TryDequeue(out var left))
            {
                await left.Read.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                left.Drop();
            }
        }
    }

    private async ValueTask LimitAsync(long bytes, CancellationToken ct)
    {
        var then = Clock?.Now ?? 0;
        await limiter.WaitAsync(bytes, ct).ConfigureAwait(false);
        Clock?.ThrottledSince(then);
    }

    private async ValueTask MakeRoomAsync(int chunks, Action<long> handled, CancellationToken ct)
    {
        while (_queue.Count == QueueMax || (_queue.Count > 0 && _chunksInFlight + chunks > _chunksInFlightMax))
            await HandOverAsync(handled, ct).ConfigureAwait(false);
    }

    private Piece Enqueue(ChunkRange chunks)
    {
        var piece = _idle.TryPop(out var used) ? used : new Piece(_chunksAtOnce);
        piece.Chunks = chunks;
        _queue.Enqueue(piece);
        return piece;
    }

    private async ValueTask HandOverAsync(Action<long> handled, CancellationToken ct)
    {
        var piece = _queue.Peek();
        await piece.Read.ConfigureAwait(false);
        var then = Clock?.Now ?? 0;
        if (piece.Targets.IsEmpty)
            await writer.WriteZerosAsync(piece.Chunks.First, piece.Chunks.Count, ct).ConfigureAwait(false);
        else
            ReadBytes += BytesOf(piece.Chunks);
        for (var index = piece.Chunks.First; piece.TryTake(out var buffer); index++)
        {
            _chunksInFlight--;
            await writer.WriteChunkAsync(index, buffer, ct).ConfigureAwait(false);
        }

        Clock?.HandedSince(then);
        handled(BytesOf(piece.Chunks));
        _idle.Push(_queue.Dequeue());
    }

    private long BytesOf(ChunkRange chunks) =>
        Math.Min(chunks.End * plan.ChunkSizeBytes, plan.DiskSizeBytes) - (chunks.First * plan.ChunkSizeBytes);

    /// <summary>Neighbouring chunks that are read together, or a range of zeros, which has no buffers. Used again and again.</summary>
    private sealed class Piece(int chunksMax)
    {
        private readonly ChunkBuffer[] _buffers = new ChunkBuffer[chunksMax];
        private readonly Memory<byte>[] _targets = new Memory<byte>[chunksMax];
        private int _count;
        private int _taken;

        public ChunkRange Chunks { get; set; }

        public Task Read { get; set; } = Task.CompletedTask;

        public ReadOnlyMemory<Memory<byte>> Targets => _targets.AsMemory(0, _count);

        public void Add(ChunkBuffer buffer, int length) => (_buffers[_count], _targets[_count++]) = (buffer, buffer.Memory[..length]);

        /// <summary>Hands out the next buffer, for good. Once all are out, the piece is as new.</summary>
        public bool TryTake(out ChunkBuffer buffer)
        {
            if (_taken == _count)
            {
                (_count, _taken, Read, buffer) = (0, 0, Task.CompletedTask, null!);
                return false;
            }

            buffer = _buffers[_taken++];
            return true;
        }

        /// <summary>Gives the buffers back unused.</summary>
        public void Drop()
        {
            while (TryTake(out var buffer))
                buffer.Dispose();
        }
    }
}
