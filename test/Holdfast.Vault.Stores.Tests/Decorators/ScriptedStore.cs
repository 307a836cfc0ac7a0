namespace Holdfast.Vault.Stores.Tests.Decorators;

/// <summary>A store in memory whose next calls fail as a test says: before they take effect, or after (the reply is lost).</summary>
internal sealed class ScriptedStore : StoreDecorator
{
    public ScriptedStore(IObjectStore? inner = null) : base(inner ?? new LyingStore(LyingStore.Lie.None))
    {
    }

    /// <summary>What happens to the next calls; nothing for those that come after.</summary>
    public Queue<Happening> Next { get; } = new();

    public int Calls { get; private set; }

    public override ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct) =>
        RunAsync(() => Inner.CreateAsync(name, content, ct), ct);

    public override ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => RunAsync(() => Inner.GetSizeAsync(name, ct), ct);

    public override ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct) => new(new Upload(this, name));

    public override async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var item in Inner.ListAsync(prefix, ct))
        {
            // In the middle of the listing.
            await RunAsync(() => new ValueTask<int>(0), ct);
            yield return item;
        }
    }

    private async ValueTask<T> RunAsync<T>(Func<ValueTask<T>> call, CancellationToken ct)
    {
        Calls++;
        var happening = Next.Count > 0 ? Next.Dequeue() : new Happening(null);
        if (happening.Hangs)
        {
            await Task.Delay(Timeout.Infinite, ct);
        }

        if (happening.Error is { } error && !happening.After)
        {
            throw error;
        }

        var result = await call();
        return happening.Error is { } late ? throw late : result;
    }

    public sealed record Happening(VaultException? Error, bool After = false, bool Hangs = false);

    /// <summary>A buffered upload over the store in memory.</summary>
    private sealed class Upload(ScriptedStore store, ObjectName name) : BufferedUpload(name, PartBytesDefault)
    {
        protected override ValueTask<CreateOutcome> PutAsync(IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken ct) =>
            store.CreateAsync(Name, content.SelectMany(c => c.ToArray()).ToArray(), ct);

        protected override ValueTask SendPartAsync(int number, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken ct) => throw new NotSupportedException();

        protected override ValueTask<CreateOutcome> CompletePartsAsync(int parts, CancellationToken ct) => throw new NotSupportedException();

        protected override ValueTask AbandonPartsAsync() => default;
    }
}
