using System.Collections.Concurrent;

namespace Holdfast.Vault.Stores.Tests.Decorators;

/// <summary>A store in memory that keeps dates, and says that it is busy so often before it takes one.</summary>
internal sealed class DatedStore : IObjectStore, IRetainingStore
{
    private readonly LyingStore _inner = new(LyingStore.Lie.None);
    private Func<ObjectName, DateTimeOffset?>? _rule;

    public ConcurrentDictionary<ObjectName, DateTimeOffset> Dates { get; } = new();

    public int Busy { get; set; }

    /// <summary>Whether the next date is waited for in vain.</summary>
    public bool Hangs { get; set; }

    public string Description => _inner.Description;

    public ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct) => _inner.CreateAsync(name, content, ct);

    public ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct) => _inner.BeginCreateAsync(name, ct);

    public ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => _inner.GetSizeAsync(name, ct);

    public ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct) => _inner.ReadAsync(name, offset, target, ct);

    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken ct) => _inner.ListAsync(prefix, ct);

    public ValueTask DeleteAsync(ObjectName name, CancellationToken ct) => _inner.DeleteAsync(name, ct);

    public ValueTask RemoveRemainsAsync(CancellationToken ct) => _inner.RemoveRemainsAsync(ct);

    public ValueTask<RetentionProbe> ProbeRetentionAsync(CancellationToken ct) => new(new RetentionProbe(RetentionSupport.Enforced, ""));

    public async ValueTask RetainUntilAsync(ObjectName name, DateTimeOffset until, CancellationToken ct)
    {
        if (Hangs)
        {
            Hangs = false;
            await Task.Delay(Timeout.Infinite, ct);
        }

        if (Busy-- > 0)
        {
            throw new VaultException(VaultErrorKind.Unavailable, "503 SlowDown");
        }

        Dates[name] = until;
    }

    public ValueTask<ObjectRetention?> GetRetentionAsync(ObjectName name, CancellationToken ct) => new(Dates.TryGetValue(name, out var until) ? new ObjectRetention(until, true) : null);

    public void RetainNewObjects(Func<ObjectName, DateTimeOffset?>? untilOf) => _rule = untilOf;

    public async ValueTask RetainNewAsync(ObjectName name, CancellationToken ct)
    {
        if (_rule?.Invoke(name) is { } until)
        {
            await RetainUntilAsync(name, until, ct);
        }
    }
}
