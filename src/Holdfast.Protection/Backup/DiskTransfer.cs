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
    /// <summary>Bytes of read requests on the wire at once.</summary>
    public const int InFlightBytesMax = 4 << 20;

    private readonly Queue<(long Index, ChunkBuffer Buffer, Task Read)> _inFlight = new();
    private readonly int _inFlightMax = Math.Max(4, InFlightBytesMax / plan.ChunkSizeBytes);

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
                    // The writer wants ascending order: what is in flight lies before the zeros.
                    await DrainAsync(0, handled, ct).ConfigureAwait(false);
                    await writer.WriteZerosAsync(step.Chunks.First, step.Chunks.Count, ct).ConfigureAwait(false);
                    handled(Math.Min(step.Chunks.End * plan.ChunkSizeBytes, plan.DiskSizeBytes) - (step.Chunks.First * plan.ChunkSizeBytes));
                    continue;
                }

                for (var index = step.Chunks.First; index < step.Chunks.End; index++)
                {
                    await DrainAsync(_inFlightMax - 1, handled, ct).ConfigureAwait(false);
                    await limiter.WaitAsync(plan.ChunkSizeBytes, ct).ConfigureAwait(false);
                    var buffer = rent();
                    _inFlight.Enqueue((index, buffer, ReadChunkAsync(index, buffer.Memory, ct)));
                }
            }

            await DrainAsync(0, handled, ct).ConfigureAwait(false);
        }
        finally
        {
            // After a failure: no buffer goes back to the pool while a reply may still be written into it.
            while (_inFlight.TryDequeue(out var left))
            {
                await left.Read.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                left.Buffer.Dispose();
            }
        }
    }

    private async ValueTask DrainAsync(int leave, Action<long> handled, CancellationToken ct)
    {
        while (_inFlight.Count > leave)
        {
            await _inFlight.Peek().Read.ConfigureAwait(false);
            var (index, buffer, _) = _inFlight.Dequeue();
            var length = LengthOf(index);
            ReadBytes += length;
            await writer.WriteChunkAsync(index, buffer, ct).ConfigureAwait(false);
            handled(length);
        }
    }

    private async Task ReadChunkAsync(long index, Memory<byte> chunk, CancellationToken ct)
    {
        var length = LengthOf(index);
        await client.ReadAsync(index * plan.ChunkSizeBytes, chunk[..length], ct).ConfigureAwait(false);
        chunk.Span[length..].Clear();
    }

    private int LengthOf(long index) => (int)Math.Min(plan.ChunkSizeBytes, plan.DiskSizeBytes - (index * plan.ChunkSizeBytes));
}
