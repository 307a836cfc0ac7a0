using System.Runtime.CompilerServices;

namespace Holdfast.Vault.Tests;

/// <summary>
/// Fails at the n-th effect: before it takes place, in the middle of it, after it took place (the reply is lost), or for good as a
/// dead process does.
/// </summary>
internal sealed class FaultyStore(IObjectStore inner, int failAt, FaultyStore.Mode mode) : IObjectStore
{
    private const int SectorBytes = 512;
    private int _effects;
    private bool _dead;

    public enum Mode
    {
        /// <summary>The process dies before the effect: nothing works afterwards.</summary>
        CrashBefore,

        /// <summary>The process dies after the effect.</summary>
        CrashAfter,

        /// <summary>The store is full at this effect and all later ones that need space.</summary>
        NoSpace,

        /// <summary>The effect took place, but the caller gets an error; the store works afterwards.</summary>
        ReplyLost,

        /// <summary>The process dies in the middle of a write: some whole sectors of it came through, and nothing is published.</summary>
        TornWrite,

        /// <summary>
        /// The disk promises what it doesn't keep: an object is published, but from some sector on it holds zeros, and nobody is told.
        /// </summary>
        TornObject,
    }

    /// <summary>How many effects there were.</summary>
    public int Effects => _effects;

    public bool Struck { get; private set; }

    /// <summary>What was torn.</summary>
    public string? TornName { get; private set; }

    public string Description => inner.Description;

    public ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct) =>
        EffectAsync(() => inner.CreateAsync(name, content, ct), torn: async () =>
        {
            TornName = name.Value;
            await using var upload = await inner.BeginCreateAsync(name, ct);
            await upload.AppendAsync(Torn(content), ct);
            if (mode == Mode.TornObject)
            {
                await upload.CompleteAsync(ct);
            }
        });

    public async ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct)
    {
        ThrowIfDead();
        return new Upload(this, name, await inner.BeginCreateAsync(name, ct));
    }

    public ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct)
    {
        ThrowIfDead();
        return inner.GetSizeAsync(name, ct);
    }

    public ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct)
    {
        ThrowIfDead();
        return inner.ReadAsync(name, offset, target, ct);
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        ThrowIfDead();
        await foreach (var item in inner.ListAsync(prefix, ct))
        {
            yield return item;
        }
    }

    public async ValueTask DeleteAsync(ObjectName name, CancellationToken ct) => await EffectAsync<bool>(
        async () =>
        {
            await inner.DeleteAsync(name, ct);
            return true;
        },
        takesSpace: false);

    /// <remarks>Each is an effect of its own, in any order: a process that dies in the middle has deleted any of them.</remarks>
    public async ValueTask<IReadOnlyList<ObjectName>> DeleteManyAsync(IReadOnlyCollection<ObjectName> names, CancellationToken ct)
    {
        var order = names.ToArray();
        new Random(failAt).Shuffle(order);
        foreach (var name in order)
        {
            await DeleteAsync(name, ct);
        }

        return [];
    }

    public ValueTask RemoveRemainsAsync(CancellationToken ct)
    {
        ThrowIfDead();
        return inner.RemoveRemainsAsync(ct);
    }

    private void ThrowIfDead()
    {
        if (_dead)
        {
            throw new VaultException(VaultErrorKind.Io, "The process is dead.");
        }
    }

    private async ValueTask<T> EffectAsync<T>(Func<ValueTask<T>> effect, bool takesSpace = true, Func<ValueTask>? torn = null)
    {
        ThrowIfDead();
        var now = Interlocked.Increment(ref _effects) == failAt;
        if (mode == Mode.NoSpace && takesSpace && _effects >= failAt)
        {
            Struck = true;
            throw new VaultException(VaultErrorKind.NoSpace, "The store is full.");
        }

        if (now && mode is Mode.CrashBefore or Mode.TornWrite or Mode.TornObject && now)
        {
            Struck = true;
            if (torn is not null && mode is not Mode.CrashBefore)
            {
                await torn();
                if (mode == Mode.TornObject)
                {
                    return default!;
                }
            }

            _dead = mode is not Mode.TornObject;
            ThrowIfDead();
        }

        var result = await effect();
        if (now && mode is Mode.CrashAfter or Mode.ReplyLost && now)
        {
            (_dead, Struck) = (mode == Mode.CrashAfter, true);
            throw new VaultException(VaultErrorKind.Io, "The reply is lost.");
        }

        return result;
    }

    // Whole sectors from the beginning; how many differs from strike to strike. Of a torn object the rest are zeros.
    private byte[] Torn(ReadOnlyMemory<byte> content)
    {
        var sectors = (content.Length + SectorBytes - 1) / SectorBytes;
        var kept = Math.Min(content.Length, new Random(failAt).Next(sectors) * SectorBytes);
        var torn = new byte[mode == Mode.TornObject ? content.Length : kept];
        content.Span[..kept].CopyTo(torn);
        return torn;
    }

    private sealed class Upload(FaultyStore store, ObjectName name, ObjectUpload inner) : ObjectUpload
    {
        private bool _torn;

        public override async ValueTask AppendAsync(ReadOnlyMemory<byte> content, CancellationToken ct) => await store.EffectAsync<bool>(
            async () =>
            {
                // What comes after a lost sector is lost as well.
                await inner.AppendAsync(_torn ? new byte[content.Length] : content, ct);
                return true;
            },
            torn: () =>
            {
                (_torn, store.TornName) = (true, name.Value);
                return inner.AppendAsync(store.Torn(content), ct);
            });

        public override ValueTask<CreateOutcome> CompleteAsync(CancellationToken ct) => store.EffectAsync(() => inner.CompleteAsync(ct));

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
