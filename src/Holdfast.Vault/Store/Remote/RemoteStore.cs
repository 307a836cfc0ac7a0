using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Holdfast.Vault;

/// <summary>
/// A store that a server keeps, below a prefix: what all kinds of them share. A kind says how its client library sends each request, and what
/// its exceptions mean.
/// </summary>
/// <remarks>Nothing is repeated here: the decorators decide about that.</remarks>
public abstract class RemoteStore : IObjectStore, IDistantStore, IFolderListing, IStoreClock, IRetainingStore
{
    /// <summary>How many small requests about many objects are under way at a time.</summary>
    protected const int AtOnceMax = 8;

    private readonly TransferLimits _limits;
    private Func<ObjectName, DateTimeOffset?>? _retainNew;

    /// <summary>A store below a prefix.</summary>
    /// <param name="prefix">What names begin with, without a slash at its end; may be empty.</param>
    /// <param name="description">The place, as it is shown.</param>
    /// <param name="limits">The rates.</param>
    /// <param name="time">The clock.</param>
    protected RemoteStore(string prefix, string description, TransferLimits limits, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        (Description, _limits, Time) = (description, limits, time);
        Prefix = prefix.Length == 0 ? "" : prefix + "/";
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <summary>What the server's names begin with: empty, or with a slash at its end.</summary>
    public string Prefix { get; }

    /// <summary>The length from which an upload is sent part by part; another value than the default is for tests.</summary>
    public int PartBytes { get; init; } = BufferedUpload.PartBytesDefault;

    /// <summary>The clock.</summary>
    protected TimeProvider Time { get; }

    /// <summary>An object's name at the server.</summary>
    public string KeyOf(ObjectName name) => Prefix + name.Value;

    /// <inheritdoc/>
    public ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct) => PutAsync(name, [content], ct);

    /// <inheritdoc/>
    public ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return new(BeginUpload(name));
    }

    /// <inheritdoc/>
    public abstract ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct);

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct)
    {
        if (target.Length == 0)
        {
            return await GetSizeAsync(name, ct) is null ? -1 : 0;
        }

        return await CallAsync(
            async () =>
            {
                try
                {
                    return await ReadRangeAsync(name, offset, target, ct);
                }
                catch (Exception e) when (AnswerOf(e) is RemoteAnswer.PastEnd or RemoteAnswer.Missing)
                {
                    return AnswerOf(e) == RemoteAnswer.PastEnd ? 0 : -1;
                }
            },
            "Can't read", name, ct);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var wanted = Prefix + prefix;
        await foreach (var (key, bytes) in ListKeysAsync(wanted, ct))
        {
            // What the server wasn't asked for is nobody's: those who take names apart go by the prefix.
            if (key.StartsWith(wanted, StringComparison.Ordinal) && ObjectName.TryParse(key[Prefix.Length..], out var name))
            {
                yield return new StoredObject(name, bytes);
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var folder in ListKeysBelowAsync(Prefix, ct))
        {
            yield return folder[Prefix.Length..].TrimEnd('/');
        }
    }

    /// <inheritdoc/>
    public abstract ValueTask DeleteAsync(ObjectName name, CancellationToken ct);

    /// <inheritdoc/>
    /// <remarks>One request each, some of them at a time; a kind whose server takes many in one request does that instead.</remarks>
    public virtual async ValueTask<IReadOnlyList<ObjectName>> DeleteManyAsync(IReadOnlyCollection<ObjectName> names, CancellationToken ct)
    {
        var kept = new ConcurrentBag<ObjectName>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnceMax, CancellationToken = ct };
        await Parallel.ForEachAsync(
            names, options,
            async (name, token) =>
            {
                if (!await this.TryDeleteAsync(name, token))
                {
                    kept.Add(name);
                }
            });
        return [.. kept];
    }

    /// <inheritdoc/>
    public abstract ValueTask RemoveRemainsAsync(CancellationToken ct);

    /// <inheritdoc/>
    public abstract ValueTask<DateTimeOffset> GetUtcNowAsync(CancellationToken ct);

    /// <inheritdoc/>
    public abstract ValueTask<RetentionProbe> ProbeRetentionAsync(CancellationToken ct);

    /// <inheritdoc/>
    public async ValueTask RetainUntilAsync(ObjectName name, DateTimeOffset until, CancellationToken ct)
    {
        var retention = await GetRetentionAsync(name, ct);
        if (!(retention?.Until >= until))
        {
            await CallAsync(
                async () =>
                {
                    await SetRetentionAsync(name, until, retention, ct);
                    return true;
                },
                "Can't retain", name, ct);
        }
    }

    /// <inheritdoc/>
    public abstract ValueTask<ObjectRetention?> GetRetentionAsync(ObjectName name, CancellationToken ct);

    /// <inheritdoc/>
    public void RetainNewObjects(Func<ObjectName, DateTimeOffset?>? untilOf) => _retainNew = untilOf;

    /// <inheritdoc/>
    public async ValueTask RetainNewAsync(ObjectName name, CancellationToken ct)
    {
        if (RetentionOfNew(name) is not { } until)
        {
            return;
        }

        try
        {
            await RetainUntilAsync(name, until, ct);
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Unsupported)
        {
            // A store that can't keep dates leaves immutability to whoever deletes.
        }
    }

    /// <summary>Until when an object that is created now is to be retained; null if it isn't.</summary>
    protected DateTimeOffset? RetentionOfNew(ObjectName name) => _retainNew?.Invoke(name);

    /// <summary>The fault of deleting what the server keeps until a date.</summary>
    protected VaultException Retained(ObjectName name, DateTimeOffset until) =>
        new(VaultErrorKind.Retained, $"{Description} keeps {name} until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC.") { ObjectName = name.Value };

    /// <summary>The body of a request, paced.</summary>
    protected ContentStream BodyOf(IReadOnlyList<ReadOnlyMemory<byte>> content) => new(content, _limits.Upload);

    /// <summary>Fills the target from the body of a reply, paced.</summary>
    protected async Task<int> FillAsync(Stream body, long bodyBytes, Memory<byte> target, CancellationToken ct)
    {
        var expected = (int)Math.Min(target.Length, bodyBytes);
        var read = await body.ReadToAsync(target[..expected], _limits.Download, ct);
        return read == expected ? read : throw new IOException("The reply ended early.");
    }

    /// <summary>Sends a request that makes an object under the condition that there is none of its name.</summary>
    protected ValueTask<CreateOutcome> CreateAsync(ObjectName name, Func<Task<CreateOutcome>> create, CancellationToken ct) => CallAsync(
        async () =>
        {
            try
            {
                return await create();
            }
            catch (Exception e) when (AnswerOf(e) == RemoteAnswer.Taken)
            {
                return CreateOutcome.AlreadyExists;
            }
        },
        "Can't create", name, ct);

    /// <summary>Sends a request about an object; null if there is none.</summary>
    protected ValueTask<T?> FindAsync<T>(ObjectName name, Func<Task<T>> look, CancellationToken ct)
        where T : class => CallAsync<T?>(
        async () =>
        {
            try
            {
                return await look();
            }
            catch (Exception e) when (AnswerOf(e) == RemoteAnswer.Missing)
            {
                return null;
            }
        },
        "Can't look at", name, ct);

    /// <summary>Sends a request about an object. What the client library throws becomes this room's error.</summary>
    protected ValueTask<T> CallAsync<T>(Func<Task<T>> call, string verb, ObjectName name, CancellationToken ct) =>
        CallAsync(call, $"{verb} {name} in {Description}", ct);

    /// <summary>Sends a request. What the client library throws becomes this room's error.</summary>
    protected async ValueTask<T> CallAsync<T>(Func<Task<T>> call, string what, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(call);
        try
        {
            return await call();
        }
        catch (Exception e) when (IsOurs(e, ct))
        {
            throw ErrorOf(e, what);
        }
    }

    /// <summary>Creates an object in one request, unless there is one of that name.</summary>
    protected abstract ValueTask<CreateOutcome> PutAsync(ObjectName name, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken ct);

    /// <summary>An upload that is sent when it is completed, or part by part.</summary>
    protected abstract BufferedUpload BeginUpload(ObjectName name);

    /// <summary>Reads a range that isn't empty.</summary>
    protected abstract Task<int> ReadRangeAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct);

    /// <summary>The names at the server that begin so, by name, and their objects' lengths.</summary>
    protected abstract IAsyncEnumerable<(string Key, long Bytes)> ListKeysAsync(string prefix, CancellationToken ct);

    /// <summary>What the names at the server that begin so go on with up to the next slash, each once.</summary>
    protected abstract IAsyncEnumerable<string> ListKeysBelowAsync(string prefix, CancellationToken ct);

    /// <summary>Retains an object until a later date than it is, and no less firmly.</summary>
    protected abstract Task SetRetentionAsync(ObjectName name, DateTimeOffset until, ObjectRetention? before, CancellationToken ct);

    /// <summary>Whether an exception is of the client library or of the network, and not a cancellation that was asked for.</summary>
    protected abstract bool IsOurs(Exception e, CancellationToken ct);

    /// <summary>What an exception of the client library says about the object that was asked for.</summary>
    protected abstract RemoteAnswer AnswerOf(Exception e);

    /// <summary>This room's error for one of the client library.</summary>
    protected abstract VaultException ErrorOf(Exception e, string what);
}
