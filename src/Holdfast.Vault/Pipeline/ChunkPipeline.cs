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
    private readonly long _bufferBytesMax;
    private readonly int _parallelism;
    private readonly Channel<ChunkWork> _toDo = Channel.CreateUnbounded<ChunkWork>(new() { SingleWriter = true });
    private readonly Channel<ChunkWork> _inOrder = Channel.CreateUnbounded<ChunkWork>(new() { SingleWriter = true, SingleReader = true });
    private readonly ConcurrentBag<ChunkWork> _free = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _tasks;
    private SemaphoreSlim _permits = new(1);
    private volatile Exception? _fault;

    public ChunkPipeline(SessionStore store, VaultKeys keys, SessionCounters counters, VaultOpenOptions options)
    {
        (_store, _keys, _counters, _bufferBytesMax) = (store, keys, counters, options.BufferBytesMax);
        _parallelism = Math.Max(1, options.Parallelism);
        _tasks = [.. Enumerable.Range(0, _parallelism).Select(_ => Task.Run(WorkAsync)), Task.Run(FinishInOrderAsync)];
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

        var work = _free.TryTake(out var used) ? used : new ChunkWork();
        work.Begin(permits, disk, first, zeros, input, end);
        if (input is null)
        {
            work.SetDone();
        }
        else
        {
            _toDo.Writer.TryWrite(work);
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
        _toDo.Writer.TryComplete();
        _inOrder.Writer.TryComplete();
        await Task.WhenAll(_tasks);
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        using var zstd = new Zstd();
        await foreach (var work in _toDo.Reader.ReadAllAsync(CancellationToken.None))
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
        var plain = work.Input!.Array.AsSpan();
        if (plain.IndexOfAnyExcept((byte)0) < 0)
        {
            (work.Id, work.Known) = (ChunkId.Zero, true);
            return;
        }

        work.Id = SessionStore.IdOf(_keys.ChunkId, plain);
        work.Known = _store.Has(work.Id);
        if (!work.Known)
        {
            work.CompressedBytes = zstd.Compress(plain, work.Output.AsSpan(0, SessionStore.CompressedBytesMax(plain.Length)));
            if (work.CompressedBytes > 0)
            {
                work.Input.Dispose();
                work.Input = null;
            }
        }
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
            _free.Add(work);
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

        var isNew = !work.Known && await _store.StoreAsync(
            work.Id, work.PlainBytes,
            work.CompressedBytes > 0 ? PackFormat.Zstd1 : PackFormat.Raw,
            work.CompressedBytes > 0 ? work.Output.AsMemory(0, work.CompressedBytes) : work.Input!.Memory,
            _stop.Token);
        await map.SetAsync(work.First, work.Id, _stop.Token);
        _counters.AddChunk(work.PlainBytes, work.Id.IsZero, isNew);
    }
}
