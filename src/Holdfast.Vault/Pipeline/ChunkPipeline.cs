using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Holdfast.Vault;

/// <summary>
/// One way: callers -> workers (zero test, id, look-up, compression; any order) -> last stage (seal, append, map; the order
/// of the calls). What is on its way is bounded by permits, so memory is bounded by options, not by the disk.
/// </summary>
internal sealed class ChunkPipeline : IAsyncDisposable
{
    private const int InFlightMax = 512;

    private readonly SessionStore _store;
    private readonly VaultKeys _keys;
    private readonly SessionCounters _counters;
    private readonly TimeProvider _time;
    private readonly long _bufferBytesMax;
    private readonly int _parallelism;
    private readonly ChunkCompression _compression;
    private readonly BlockingCollection<ChunkWork> _toDo = [];
    private readonly Channel<ChunkWork> _inOrder = Channel.CreateUnbounded<ChunkWork>(new() { SingleWriter = true, SingleReader = true });
    // No bag: its items would hang on the pool's threads, and with them the whole session, which they refer to.
    private readonly ConcurrentQueue<ChunkWork> _free = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _tasks;
    private SemaphoreSlim _permits = new(1);
    private volatile Exception? _fault;

    public ChunkPipeline(SessionStore store, VaultKeys keys, SessionCounters counters, VaultOpenOptions options, ChunkCompression compression)
    {
        (_store, _keys, _counters, _bufferBytesMax, _time, _compression) =
            (store, keys, counters, options.BufferBytesMax, options.TimeProvider, compression);
        _parallelism = Math.Max(1, options.Parallelism);
        // Threads of their own: the pool's few are for what waits (reads, the last stage, writing), and would all be taken by what computes.
        var workers = Enumerable.Range(0, _parallelism).Select(_ => Task.Factory.StartNew(
            Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        _tasks = [.. workers, Task.Run(FinishInOrderAsync)];
    }

    /// <summary>Sets how much may be on its way, for chunks of this size. Only between disks: nothing is on its way.</summary>
    public void SizeFor(int chunkSizeBytes)
    {
        _free.Clear();
        _permits = new SemaphoreSlim((int)Math.Clamp(_bufferBytesMax / (2L * chunkSizeBytes), _parallelism + 2, InFlightMax));
    }

    public async ValueTask PostAsync(
        DiskWriter disk, long first, long zeros, ChunkBuffer? input, TaskCompletionSource<ChunkId>? end, CancellationToken ct)
    {
        var permits = _permits;
        try
        {
            await permits.WaitAsync(ct);
        }
        catch
        {
            input?.Dispose();
            throw;
        }

        if (_fault is { } fault)
        {
            input?.Dispose();
            permits.Release();
            throw Again(fault);
        }

        var work = _free.TryDequeue(out var used) ? used : new ChunkWork();
        work.Begin(permits, disk, first, zeros, input, end);
        if (input is null)
        {
            work.SetDone();
        }
        else
        {
            _toDo.Add(work, CancellationToken.None);
        }

        _inOrder.Writer.TryWrite(work);
    }

    /// <summary>The same failure for every later call, with the stack of where it is met.</summary>
    public static Exception Again(Exception fault) => fault is VaultException v
        ? new VaultException(v.Kind, v.Message, v) { ObjectName = v.ObjectName, Points = v.Points }
        : fault is OperationCanceledException ? new OperationCanceledException(fault.Message, fault)
        : new VaultException(VaultErrorKind.Io, $"The session failed: {fault.Message}", fault);

    public void Fail(Exception fault)
    {
        Interlocked.CompareExchange(ref _fault!, fault, null);
        _stop.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        Fail(new OperationCanceledException("The session has ended."));
        _toDo.CompleteAdding();
        _inOrder.Writer.TryComplete();
        await Task.WhenAll(_tasks);
        _toDo.Dispose();
        _stop.Dispose();
    }

    private void Work()
    {
        using var zstd = new Zstd(_compression);
        foreach (var work in _toDo.GetConsumingEnumerable(CancellationToken.None))
        {
            try
            {
                if (_fault is null)
                {
                    Prepare(work, zstd);
                }

                work.SetDone();
            }
            catch (Exception e)
            {
                work.SetFailed(e);
            }
        }
    }

    private void Prepare(ChunkWork work, Zstd zstd)
    {
        var started = _time.GetTimestamp();
        var plain = work.Input!.Array.AsSpan();
        if (plain.IndexOfAnyExcept((byte)0) < 0)
        {
            (work.Id, work.Known) = (ChunkId.Zero, true);
            return;
        }

        work.Id = SessionStore.IdOf(_keys.ChunkId, plain);
        work.Known = _store.Has(work.Id);
        var hashed = _time.GetTimestamp();
        if (!work.Known)
        {
            work.CompressedBytes = zstd.Compress(plain, work.Output.AsSpan(0, SessionStore.CompressedBytesMax(plain.Length)));
            if (work.CompressedBytes > 0)
            {
                work.Input.Dispose();
                work.Input = null;
            }
        }

        _counters.AddWork(_time.GetElapsedTime(started, hashed), work.Known ? TimeSpan.Zero : _time.GetElapsedTime(hashed));
    }

    private async Task FinishInOrderAsync()
    {
        await foreach (var work in _inOrder.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                await work.DoneAsync();
                if (_fault is { } fault)
                {
                    work.End?.TrySetException(Again(fault));
                }
                else
                {
                    await FinishAsync(work);
                }
            }
            catch (Exception e)
            {
                Fail(e);
                work.End?.TrySetException(Again(_fault!));
            }

            work.Input?.Dispose();
            var permits = work.Permits!;
            _free.Enqueue(work);
            permits.Release();
        }
    }

    private async ValueTask FinishAsync(ChunkWork work)
    {
        var map = work.Disk!.Map;
        if (work.End is { } end)
        {
            end.TrySetResult(await map.CompleteAsync(_stop.Token));
            return;
        }

        if (work.Zeros > 0)
        {
            await map.SetZerosAsync(work.First, work.Zeros, _stop.Token);
            return;
        }

        var started = _time.GetTimestamp();
        var isNew = !work.Known && await _store.StoreAsync(
            work.Id, work.PlainBytes,
            work.CompressedBytes > 0 ? PackFormat.Zstd1 : PackFormat.Raw,
            work.CompressedBytes > 0 ? work.Output.AsMemory(0, work.CompressedBytes) : work.Input!.Memory,
            _stop.Token);
        await map.SetAsync(work.First, work.Id, _stop.Token);
        _counters.AddWriting(_time.GetElapsedTime(started));
        _counters.AddChunk(work.PlainBytes, work.Id.IsZero, isNew);
    }
}
