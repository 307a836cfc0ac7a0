using System.Runtime.CompilerServices;

namespace Holdfast.Vault;

/// <summary>Counts calls, bytes and errors, and measures how long calls take.</summary>
/// <param name="inner">The store.</param>
/// <param name="kind">What kind of store it is, as the label of the figures: folder, s3, azblob.</param>
/// <param name="time">The clock.</param>
public sealed class MeteredStore(IObjectStore inner, string kind, TimeProvider time) : StoreDecorator(inner)
{
    /// <inheritdoc/>
    public override ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct) =>
        MeasureAsync("create", () => Inner.CreateAsync(name, content, ct), _ => content.Length, "write");

    /// <inheritdoc/>
    public override async ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct) =>
        new Upload(this, await PlacedAsync(() => Inner.BeginCreateAsync(name, ct)));

    /// <inheritdoc/>
    public override ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => MeasureAsync("size", () => Inner.GetSizeAsync(name, ct));

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct) =>
        MeasureAsync("read", () => Inner.ReadAsync(name, offset, target, ct), read => Math.Max(0, read), "read");

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var outcome = "error";
        try
        {
            await using var items = Inner.ListAsync(prefix, ct).GetAsyncEnumerator(ct);
            while (await PlacedAsync(() => items.MoveNextAsync()))
            {
                yield return items.Current;
            }

            outcome = "ok";
        }
        finally
        {
            Record("list", outcome, started);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(ObjectName name, CancellationToken ct) => await MeasureAsync("delete", async () =>
    {
        await Inner.DeleteAsync(name, ct);
        return true;
    });

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<ObjectName>> DeleteManyAsync(IReadOnlyCollection<ObjectName> names, CancellationToken ct) =>
        MeasureAsync("delete-many", () => Inner.DeleteManyAsync(names, ct));

    private async ValueTask<T> MeasureAsync<T>(string operation, Func<ValueTask<T>> call, Func<T, long>? bytes = null, string direction = "")
    {
        var started = time.GetTimestamp();
        var outcome = "error";
        try
        {
            var result = await call();
            outcome = "ok";
            if (bytes is not null)
            {
                StoreInstruments.Bytes.Add(bytes(result), new("store", kind), new("direction", direction));
            }

            return result;
        }
        catch (VaultException e)
        {
            outcome = e.Kind.ToString();
            e.Place ??= Description;
            throw;
        }
        finally
        {
            Record(operation, outcome, started);
        }
    }

    /// <summary>Says where it failed: what is told of a failure in the end knows the vault, but not its place.</summary>
    private async ValueTask<T> PlacedAsync<T>(Func<ValueTask<T>> call)
    {
        try
        {
            return await call();
        }
        catch (VaultException e)
        {
            e.Place ??= Description;
            throw;
        }
    }

    private void Record(string operation, string outcome, long started)
    {
        KeyValuePair<string, object?> store = new("store", kind), what = new("operation", operation);
        StoreInstruments.Calls.Add(1, store, what, new("outcome", outcome));
        StoreInstruments.Duration.Record(time.GetElapsedTime(started).TotalSeconds, store, what);
    }

    private sealed class Upload(MeteredStore store, ObjectUpload inner) : ObjectUpload
    {
        private long _bytes;

        public override bool IsRepeatable => inner.IsRepeatable;

        public override ValueTask<bool> IsPublishedAsync(IObjectStore via, CancellationToken ct) => inner.IsPublishedAsync(via, ct);

        public override async ValueTask AppendAsync(ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            _bytes += content.Length;
            await store.PlacedAsync(async () =>
            {
                await inner.AppendAsync(content, ct);
                return true;
            });
        }

        public override ValueTask<CreateOutcome> CompleteAsync(CancellationToken ct) =>
            store.MeasureAsync("create", () => inner.CompleteAsync(ct), _ => _bytes, "write");

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
