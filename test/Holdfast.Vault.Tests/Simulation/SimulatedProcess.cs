using System.Runtime.CompilerServices;

namespace Holdfast.Vault.Tests;

/// <summary>
/// One process's way to the store: it can die, be paused, or meet an error at a certain call. Listings come in pages, between which others go on: what
/// is created or deleted meanwhile may be among them or not.
/// </summary>
internal sealed class SimulatedProcess(SimulatedStore store, SimulatedFault fault = SimulatedFault.None, int atCall = 0, SimulatedTime? time = null) : IObjectStore
{
    private const int ThrottledCalls = 8;
    private const int PageObjects = 25;

    private readonly TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;
    private volatile bool _dead;
    private volatile bool _stopped;
    private volatile bool _full;

    public string Description => "simulated";

    public SimulatedFault Fault => fault;

    public bool Struck { get; private set; }

    /// <summary>Ends when the process stands still.</summary>
    public Task Paused => _paused.Task;

    public void Resume()
    {
        _stopped = false;
        _resumed.TrySetResult();
    }

    public ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct) =>
        CallAsync(() => Publish(name, content.ToArray()));

    public ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct) => CallAsync<ObjectUpload>(() => new Upload(this, name));

    public ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => CallAsync(() => (long?)store.Get(name.Value)?.Length);

    public ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct) => CallAsync(() =>
    {
        if (store.Get(name.Value) is not { } content)
        {
            return -1;
        }

        var count = (int)Math.Clamp(content.Length - offset, 0, target.Length);
        content.AsMemory((int)Math.Min(offset, content.Length), count).CopyTo(target);
        return count;
    });

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var after = ""; ;)
        {
            var page = await CallAsync(() => store.List(prefix, after, PageObjects));
            foreach (var (name, bytes) in page)
            {
                yield return new StoredObject(ObjectName.Of(name), bytes);
            }

            if (page.Count < PageObjects)
            {
                break;
            }

            after = page[^1].Name;
        }
    }

    public async ValueTask DeleteAsync(ObjectName name, CancellationToken ct) => await CallAsync(() =>
    {
        store.Delete(name.Value);
        return true;
    });

    /// <remarks>Each is a call of its own, in any order: a process that dies in the middle has deleted any of them.</remarks>
    public async ValueTask<IReadOnlyList<ObjectName>> DeleteManyAsync(IReadOnlyCollection<ObjectName> names, CancellationToken ct)
    {
        var order = names.ToArray();
        new Random(_calls).Shuffle(order);
        foreach (var name in order)
        {
            await DeleteAsync(name, ct);
        }

        return [];
    }

    public ValueTask RemoveRemainsAsync(CancellationToken ct) => ValueTask.CompletedTask;

    private async ValueTask<T> CallAsync<T>(Func<T> effect)
    {
        var call = Interlocked.Increment(ref _calls);
        var now = call == atCall;
        if (now && fault == SimulatedFault.Pause)
        {
            _stopped = Struck = true;
            _paused.TrySetResult();
        }

        if (_stopped)
        {
            // A stopped process does nothing at all: its other threads stand still at their next call.
            await _resumed.Task;
        }

        await Task.Yield();
        ThrowIfDead();
        if (now && fault == SimulatedFault.CrashBefore)
        {
            _dead = Struck = true;
        }

        ThrowIfDead();
        if (fault == SimulatedFault.Throttled && call >= atCall && call < atCall + ThrottledCalls)
        {
            Struck = true;
            throw new VaultException(VaultErrorKind.Unavailable, "The simulated store asks to be left alone.");
        }

        if (now && fault == SimulatedFault.NoSpace)
        {
            _full = Struck = true;
        }

        if (now && fault == SimulatedFault.Slow)
        {
            Struck = true;
            time?.Advance(TimeSpan.FromHours(30));
        }

        if (now && fault == SimulatedFault.InputOutputError)
        {
            Struck = true;
            throw new VaultException(VaultErrorKind.Io, "A simulated input/output error.");
        }

        var result = effect();
        if (now && fault is SimulatedFault.CrashAfter or SimulatedFault.ReplyLost && now)
        {
            Struck = true;
            _dead = fault == SimulatedFault.CrashAfter;
            throw new VaultException(VaultErrorKind.Io, "A simulated reply was lost.");
        }

        return result;
    }

    private void ThrowIfDead()
    {
        if (_dead)
        {
            throw new VaultException(VaultErrorKind.Io, "The simulated process is dead.");
        }
    }

    private sealed class Upload(SimulatedProcess process, ObjectName name) : ObjectUpload
    {
        private readonly MemoryStream _content = new();

        public override async ValueTask AppendAsync(ReadOnlyMemory<byte> content, CancellationToken ct) => await process.CallAsync(() =>
        {
            process.CheckSpace(_content.Length + content.Length);
            _content.Write(content.Span);
            return true;
        });

        public override ValueTask<CreateOutcome> CompleteAsync(CancellationToken ct) => process.CallAsync(() => process.Publish(name, _content.ToArray()));

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private void CheckSpace(long bytes)
    {
        if (_full)
        {
            throw new VaultException(VaultErrorKind.NoSpace, "The simulated store is full.");
        }

        store.CheckSpace(bytes);
    }

    private CreateOutcome Publish(ObjectName name, byte[] content)
    {
        CheckSpace(content.Length);
        return store.Create(name.Value, content);
    }
}
