using System.Runtime.CompilerServices;

namespace Holdfast.Vault.Tests;

/// <summary>
/// Fails at the n-th effect: before it takes place, after it took place (the reply is lost), or for good as a dead process does.
/// </summary>
internal sealed class FaultyStore(IObjectStore inner, int failAt, FaultyStore.Mode mode) : IObjectStore
{
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
    }

    /// <summary>How many effects there were.</summary>
    public int Effects => _effects;

    public bool Struck { get; private set; }

    public string Description => inner.Description;

    public ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct) =>
        EffectAsync(() => inner.CreateAsync(name, content, ct));

    public async ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct)
    {
        ThrowIfDead();
        return new Upload(this, await inner.BeginCreateAsync(name, ct));
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

    private async ValueTask<T> EffectAsync<T>(Func<ValueTask<T>> effect, bool takesSpace = true)
    {
        ThrowIfDead();
        var now = Interlocked.Increment(ref _effects) == failAt;
        if (mode == Mode.NoSpace && takesSpace && _effects >= failAt)
        {
            Struck = true;
            throw new VaultException(VaultErrorKind.NoSpace, "The store is full.");
        }

        if (now && mode == Mode.CrashBefore)
        {
            (_dead, Struck) = (true, true);
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

    private sealed class Upload(FaultyStore store, ObjectUpload inner) : ObjectUpload
    {
        public override async ValueTask AppendAsync(ReadOnlyMemory<byte> content, CancellationToken ct) => await store.EffectAsync<bool>(
            async () =>
            {
                await inner.AppendAsync(content, ct);
                return true;
            });

        public override ValueTask<CreateOutcome> CompleteAsync(CancellationToken ct) => store.EffectAsync(() => inner.CompleteAsync(ct));

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
