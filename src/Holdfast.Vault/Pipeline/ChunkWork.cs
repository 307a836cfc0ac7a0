using System.Threading.Tasks.Sources;

namespace Holdfast.Vault;

/// <summary>A chunk on its way through the pipeline; used again and again, so it makes no garbage.</summary>
internal sealed class ChunkWork : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };

    /// <summary>Where to give back the permit to be on the way.</summary>
    public SemaphoreSlim? Permits { get; private set; }

    public DiskWriter? Disk { get; private set; }

    public long First { get; private set; }

    /// <summary>How many chunks of zeros; 0 for a chunk of data.</summary>
    public long Zeros { get; private set; }

    /// <summary>Set by the item that ends a disk.</summary>
    public TaskCompletionSource<ChunkId>? End { get; private set; }

    public ChunkBuffer? Input { get; set; }

    public int PlainBytes { get; private set; }

    public ChunkId Id { get; set; }

    /// <summary>Whether the vault has it, so that there is nothing to store.</summary>
    public bool Known { get; set; }

    /// <summary>The compressed bytes; 0 if the input is stored as it is.</summary>
    public int CompressedBytes { get; set; }

    public byte[] Output { get; private set; } = [];

    public void Begin(
        SemaphoreSlim permits, DiskWriter disk, long first, long zeros, ChunkBuffer? input, TaskCompletionSource<ChunkId>? end)
    {
        (Permits, Disk, First, Zeros, Input, End) = (permits, disk, first, zeros, input, end);
        (Id, Known, CompressedBytes) = (default, false, 0);
        PlainBytes = input?.Array.Length ?? 0;
        if (Output.Length < PlainBytes)
        {
            Output = GC.AllocateUninitializedArray<byte>(PlainBytes, pinned: true);
        }

        _done.Reset();
    }

    public ValueTask DoneAsync() => new(this, _done.Version);

    public void SetDone() => _done.SetResult(true);

    public void SetFailed(Exception error) => _done.SetException(error);

    void IValueTaskSource.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);
}
