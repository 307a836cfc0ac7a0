using System.Runtime.CompilerServices;

namespace Holdfast.Vault;

/// <summary>Gives a call up that doesn't come back in its time: the store is unavailable then, and may be asked again.</summary>
/// <param name="inner">The store.</param>
/// <param name="limits">The times.</param>
/// <param name="transfer">The rates that the store is limited to: limited calls take longer.</param>
/// <param name="time">The clock.</param>
public sealed class TimedStore(IObjectStore inner, TimeLimits limits, TransferLimits transfer, TimeProvider time)
    : StoreDecorator(inner), IRetainingStore
{
    // Several calls share a limited rate.
    private const int SharedBy = 8;

    private IRetainingStore Retaining => Inner.AsRetaining() ?? throw new NotSupportedException();

    /// <inheritdoc/>
    public override ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct) =>
        LimitAsync("Creating", name.Value, content.Length, transfer.Upload, t => Inner.CreateAsync(name, content, t), ct);

    /// <inheritdoc/>
    public override async ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct) =>
        new Upload(this, name, await Inner.BeginCreateAsync(name, ct));

    /// <inheritdoc/>
    public override ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) =>
        LimitAsync("Looking at", name.Value, 0, null, t => Inner.GetSizeAsync(name, t), ct);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct) =>
        LimitAsync("Reading", name.Value, target.Length, transfer.Download, t => Inner.ReadAsync(name, offset, target, t), ct);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        // The time is that of a page, not of the whole listing, nor of what is done with its items.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var items = Inner.ListAsync(prefix, stop.Token).GetAsyncEnumerator(stop.Token);
        while (await LimitAsync("Listing", prefix, 0, null, async t =>
        {
            await using var registration = t.Register(stop.Cancel);
            return await items.MoveNextAsync();
        }, ct))
        {
            yield return items.Current;
        }
    }

    /// <inheritdoc/>
    public override ValueTask DeleteAsync(ObjectName name, CancellationToken ct) =>
        LimitAsync("Deleting", name.Value, 0, null, t => Inner.DeleteAsync(name, t), ct);

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<ObjectName>> DeleteManyAsync(IReadOnlyCollection<ObjectName> names, CancellationToken ct) => LimitAsync(
        "Deleting", $"{names.Count} objects", limits.PerCall + (limits.PerDeletion * names.Count), t => Inner.DeleteManyAsync(names, t), ct);

    /// <inheritdoc/>
    /// <remarks>A trial is many calls, and none that a backup waits for: it has no time of its own.</remarks>
    public ValueTask<RetentionProbe> ProbeRetentionAsync(CancellationToken ct) => Retaining.ProbeRetentionAsync(ct);

    /// <inheritdoc/>
    public ValueTask RetainUntilAsync(ObjectName name, DateTimeOffset until, CancellationToken ct) =>
        LimitAsync("Retaining", name.Value, 0, null, t => Retaining.RetainUntilAsync(name, until, t), ct);

    /// <inheritdoc/>
    public ValueTask<ObjectRetention?> GetRetentionAsync(ObjectName name, CancellationToken ct) =>
        LimitAsync("Looking at the retention of", name.Value, 0, null, t => Retaining.GetRetentionAsync(name, t), ct);

    /// <inheritdoc/>
    public void RetainNewObjects(Func<ObjectName, DateTimeOffset?>? untilOf) => Retaining.RetainNewObjects(untilOf);

    /// <inheritdoc/>
    public ValueTask RetainNewAsync(ObjectName name, CancellationToken ct) =>
        LimitAsync("Retaining", name.Value, 0, null, t => Retaining.RetainNewAsync(name, t), ct);

    private async ValueTask LimitAsync(string verb, string what, long bytes, TokenBucket? limit, Func<CancellationToken, ValueTask> call, CancellationToken ct) => await LimitAsync(
        verb, what, bytes, limit,
        async t =>
        {
            await call(t);
            return true;
        },
        ct);

    private ValueTask<T> LimitAsync<T>(
        string verb, string what, long bytes, TokenBucket? limit, Func<CancellationToken, ValueTask<T>> call, CancellationToken ct)
    {
        var rate = limit is null ? limits.BytesPerSecondMin : Math.Max(1, Math.Min(limits.BytesPerSecondMin, limit.BytesPerSecond / SharedBy));
        return LimitAsync(verb, what, limits.PerCall + TimeSpan.FromSeconds((double)bytes / rate), call, ct);
    }

    private async ValueTask<T> LimitAsync<T>(string verb, string what, TimeSpan most, Func<CancellationToken, ValueTask<T>> call, CancellationToken ct)
    {
        using var late = new CancellationTokenSource(most, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException e) when (late.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new VaultException(VaultErrorKind.Unavailable, $"{verb} {what} in {Description} took longer than {most.TotalSeconds:0} seconds.", e);
        }
    }

    private sealed class Upload(TimedStore store, ObjectName name, ObjectUpload inner) : ObjectUpload
    {
        private long _bytes;

        public override bool IsRepeatable => inner.IsRepeatable;

        public override ValueTask<bool> IsPublishedAsync(IObjectStore via, CancellationToken ct) => inner.IsPublishedAsync(via, ct);

        public override async ValueTask AppendAsync(ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            _bytes += content.Length;

            // An append may send a whole part: it is given the time of all that was appended.
            await store.LimitAsync("Writing", name.Value, _bytes, store.UploadLimit, t => inner.AppendAsync(content, t), ct);
        }

        public override ValueTask<CreateOutcome> CompleteAsync(CancellationToken ct) =>
            store.LimitAsync("Creating", name.Value, _bytes, store.UploadLimit, inner.CompleteAsync, ct);

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private TokenBucket? UploadLimit => transfer.Upload;
}
