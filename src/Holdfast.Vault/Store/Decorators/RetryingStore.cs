using System.Runtime.CompilerServices;

namespace Holdfast.Vault;

/// <summary>
/// Asks again where a store says that it is unavailable: throttled, broken for the moment, not reached, not answering. A creation whose reply was lost
/// is resolved by reading back, so that of INV-1 nothing is lost: what was created by the first attempt isn't taken for somebody else's.
/// </summary>
/// <param name="inner">The store.</param>
/// <param name="options">How often.</param>
/// <param name="time">The clock.</param>
/// <param name="jitter">A number from 0 to 1, another one for each wait: many writers that were throttled together mustn't come back together.</param>
public sealed class RetryingStore(IObjectStore inner, RetryOptions options, TimeProvider time, Func<double> jitter)
    : StoreDecorator(inner), IRetainingStore
{
    private IRetainingStore Retaining => Inner.AsRetaining() ?? throw new NotSupportedException();

    /// <inheritdoc/>
    public override ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct) => ResolveAsync(
        name, () => Inner.CreateAsync(name, content, ct),
        async () => await Inner.GetSizeAsync(name, ct) == content.Length && await StoreReading.HoldsAtAsync(Inner, name, 0, content, ct), ct);

    /// <inheritdoc/>
    public override async ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct)
    {
        var upload = await RunAsync(() => Inner.BeginCreateAsync(name, ct), ct);
        return upload.IsRepeatable ? new Upload(this, name, upload) : upload;
    }

    /// <inheritdoc/>
    public override ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => RunAsync(() => Inner.GetSizeAsync(name, ct), ct);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct) =>
        RunAsync(() => Inner.ReadAsync(name, offset, target, ct), ct);

    /// <inheritdoc/>
    /// <remarks>A listing that breaks off is begun anew, and what was handed out already is left out: the stores that are decorated list by name.</remarks>
    public override async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        string? last = null;
        for (var attempt = 1; ; attempt++)
        {
            var before = last;
            VaultException? failure = null;
            await using var items = Inner.ListAsync(prefix, ct).GetAsyncEnumerator(ct);
            while (true)
            {
                try
                {
                    if (!await items.MoveNextAsync())
                    {
                        yield break;
                    }
                }
                catch (VaultException e) when (e.Kind == VaultErrorKind.Unavailable)
                {
                    failure = e;
                    break;
                }

                var name = items.Current.Name.Value;
                if (before is not null && string.CompareOrdinal(name, before) <= 0)
                {
                    continue;
                }

                if (last is not null && string.CompareOrdinal(name, last) <= 0)
                {
                    throw new VaultException(VaultErrorKind.StoreUnfit, $"{Description} doesn't list its objects by name.");
                }

                last = name;
                yield return items.Current;
            }

            attempt = last == before ? attempt : 1;
            await WaitAsync(failure, attempt, ct);
        }
    }

    /// <inheritdoc/>
    public override ValueTask DeleteAsync(ObjectName name, CancellationToken ct) => RunAsync(() => Inner.DeleteAsync(name, ct), ct);

    /// <inheritdoc/>
    /// <remarks>All of them again: those that are gone are no error.</remarks>
    public override ValueTask<IReadOnlyList<ObjectName>> DeleteManyAsync(IReadOnlyCollection<ObjectName> names, CancellationToken ct) =>
        RunAsync(() => Inner.DeleteManyAsync(names, ct), ct);

    /// <inheritdoc/>
    public ValueTask<RetentionProbe> ProbeRetentionAsync(CancellationToken ct) => RunAsync(() => Retaining.ProbeRetentionAsync(ct), ct);

    /// <inheritdoc/>
    public ValueTask RetainUntilAsync(ObjectName name, DateTimeOffset until, CancellationToken ct) => RunAsync(() => Retaining.RetainUntilAsync(name, until, ct), ct);

    /// <inheritdoc/>
    public ValueTask<ObjectRetention?> GetRetentionAsync(ObjectName name, CancellationToken ct) => RunAsync(() => Retaining.GetRetentionAsync(name, ct), ct);

    /// <inheritdoc/>
    public void RetainNewObjects(Func<ObjectName, DateTimeOffset?>? untilOf) => Retaining.RetainNewObjects(untilOf);

    /// <inheritdoc/>
    public ValueTask RetainNewAsync(ObjectName name, CancellationToken ct) => RunAsync(() => Retaining.RetainNewAsync(name, ct), ct);

    private async ValueTask RunAsync(Func<ValueTask> call, CancellationToken ct) => await RunAsync(
        async () =>
        {
            await call();
            return true;
        },
        ct);

    private async ValueTask<T> RunAsync<T>(Func<ValueTask<T>> call, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Unavailable)
            {
                await WaitAsync(e, attempt, ct);
            }
        }
    }

    /// <summary>A creation. What fails may have taken effect: then the next attempt finds the name taken, by its own bytes.</summary>
    private async ValueTask<CreateOutcome> ResolveAsync(
        ObjectName name, Func<ValueTask<CreateOutcome>> create, Func<ValueTask<bool>> isOwn, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var outcome = await create();
                if (outcome != CreateOutcome.AlreadyExists || attempt == 1 || !await RunAsync(isOwn, ct))
                {
                    return outcome;
                }

                if (Inner.AsRetaining() is not null)
                {
                    // What failed may have been this, after the object was there.
                    await RetainNewAsync(name, ct);
                }

                return CreateOutcome.Created;
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Unavailable)
            {
                await WaitAsync(e, attempt, ct);
            }
        }
    }

    /// <summary>Waits before the next attempt; throws what happened if there is none.</summary>
    private async ValueTask WaitAsync(VaultException failure, int attempt, CancellationToken ct)
    {
        if (attempt >= options.AttemptsMax || failure.RetryAfter > options.RetryAfterMax)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        StoreInstruments.Retries.Add(1);
        var most = Math.Min(options.WaitMax.TotalSeconds, options.FirstWait.TotalSeconds * Math.Pow(2, attempt - 1));

        // Half of it is fixed, half by chance.
        var wait = TimeSpan.FromSeconds(most * (0.5 + (jitter() / 2)));
        await Task.Delay(failure.RetryAfter is { } wish && wish > wait ? wish : wait, time, ct);
    }

    private sealed class Upload(RetryingStore store, ObjectName name, ObjectUpload inner) : ObjectUpload
    {
        public override bool IsRepeatable => true;

        public override ValueTask<bool> IsPublishedAsync(IObjectStore via, CancellationToken ct) => inner.IsPublishedAsync(via, ct);

        public override async ValueTask AppendAsync(ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            var rest = content;
            await store.RunAsync(
                () =>
                {
                    var now = rest;
                    rest = ReadOnlyMemory<byte>.Empty;
                    return inner.AppendAsync(now, ct);
                },
                ct);
        }

        public override ValueTask<CreateOutcome> CompleteAsync(CancellationToken ct) =>
            store.ResolveAsync(name, () => inner.CompleteAsync(ct), () => inner.IsPublishedAsync(store.Inner, ct), ct);

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
