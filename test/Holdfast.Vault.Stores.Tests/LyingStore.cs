using System.Collections.Concurrent;

namespace Holdfast.Vault.Stores.Tests;

/// <summary>A store in memory that calls itself compatible, and overlooks one thing.</summary>
public sealed class LyingStore(LyingStore.Lie lie) : IObjectStore, IStoreClock
{
    private readonly ConcurrentDictionary<ObjectName, byte[]> _objects = new();
    private int _creating;

    public enum Lie
    {
        None,
        OverlooksCondition,
        OverlooksConditionInRaces,
        ListsLate,
        IgnoresRange,
        WrongClock,
        DeletesNothing,
    }

    public string Description => "lying://store";

    public async ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var others = Interlocked.Increment(ref _creating);
        if (lie is Lie.OverlooksCondition || (lie is Lie.OverlooksConditionInRaces && others <= 3 && name.Value.EndsWith("race", StringComparison.Ordinal)))
        {
            // It looks first, and then writes: what comes between is lost.
            await Task.Yield();
            _objects[name] = content.ToArray();
            return CreateOutcome.Created;
        }

        return _objects.TryAdd(name, content.ToArray()) ? CreateOutcome.Created : CreateOutcome.AlreadyExists;
    }

    public ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct) => new(new Upload(this, name));

    public ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => new(_objects.TryGetValue(name, out var bytes) ? bytes.Length : null);

    public ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct)
    {
        if (!_objects.TryGetValue(name, out var bytes))
        {
            return new(-1);
        }

        var rest = bytes.AsMemory(lie is Lie.IgnoresRange ? 0 : (int)Math.Min(offset, bytes.Length));
        rest = rest[..Math.Min(rest.Length, target.Length)];
        rest.CopyTo(target);
        return new(rest.Length);
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        foreach (var (name, bytes) in _objects.OrderBy(o => o.Key.Value, StringComparer.Ordinal))
        {
            if (lie is not Lie.ListsLate && name.Value.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield return new StoredObject(name, bytes.Length);
            }
        }
    }

    public ValueTask DeleteAsync(ObjectName name, CancellationToken ct)
    {
        if (lie is not Lie.DeletesNothing)
        {
            _objects.TryRemove(name, out _);
        }

        return default;
    }

    public ValueTask RemoveRemainsAsync(CancellationToken ct) => default;

    public ValueTask<DateTimeOffset> GetUtcNowAsync(CancellationToken ct) =>
        new(TimeProvider.System.GetUtcNow().AddHours(lie is Lie.WrongClock ? 3 : 0));

    private sealed class Upload(LyingStore store, ObjectName name) : ObjectUpload
    {
        private readonly MemoryStream _bytes = new();

        public override async ValueTask AppendAsync(ReadOnlyMemory<byte> content, CancellationToken ct) => await _bytes.WriteAsync(content, ct);

        public override ValueTask<CreateOutcome> CompleteAsync(CancellationToken ct) => store.CreateAsync(name, _bytes.ToArray(), ct);

        public override ValueTask DisposeAsync() => _bytes.DisposeAsync();
    }
}
