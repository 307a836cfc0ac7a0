namespace Holdfast.Vault;

/// <summary>Changes the set of key slots. A new set is tried by unlocking before the old one goes.</summary>
internal sealed class KeyRing(IObjectStore store, VaultKeys keys, string prefix, TimeProvider time)
{
    private const int AttemptsMax = 8;

    public async Task<KeySet> ReadAsync(CancellationToken ct) => (await ReadGenerationAsync(ct)).Set;

    public async Task<KeySlot> AddAsync(VaultCredential credential, string label, int iterations, CancellationToken ct)
    {
        var added = WrappedKey.Make(keys.Vault, credential, keys.Master, label, time.GetUtcNow(), iterations);
        await ChangeAsync(
            set => set.Slots.Count < KeySet.SlotsMax
                ? [.. set.Slots, added]
                : throw new VaultException(VaultErrorKind.Unsupported, $"A vault has at most {KeySet.SlotsMax} key slots."),
            written => Opens(written, credential),
            ct);
        return added.Shown;
    }

    public Task RemoveAsync(string slotId, CancellationToken ct) => ChangeAsync(
        set =>
        {
            var left = set.Slots.Where(s => s.Shown.Id != slotId).ToList();
            return left.Count == set.Slots.Count ? throw new VaultException(VaultErrorKind.KeySlotNotFound, $"There is no key slot {slotId}.")
                : left.Count == 0 ? throw new VaultException(VaultErrorKind.LastKeySlot, "The last key slot can't be removed.")
                : left;
        },
        written => written.Slots.Count > 0,
        ct);

    private bool Opens(KeySet written, VaultCredential credential) =>
        written.Unlock(credential) is { } master && master.AsSpan().SequenceEqual(keys.Master);

    private async Task<(KeySet Set, int Generation)> ReadGenerationAsync(CancellationToken ct)
    {
        var (set, generation) = await GenerationalObject.ReadAsync(store, prefix, KeySet.BytesMax, KeySet.TryParse, ct);
        return set is not null && set.Vault == keys.Vault
            ? (set, generation)
            : throw new VaultException(VaultErrorKind.Damaged, "The vault's key slots are missing.") { ObjectName = prefix };
    }

    private async Task ChangeAsync(Func<KeySet, IReadOnlyList<WrappedKey>> change, Func<KeySet, bool> works, CancellationToken ct)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var (set, generation) = await ReadGenerationAsync(ct);
            var next = generation + 1;
            if (!await GenerationalObject.TryWriteAsync(store, prefix, next, new KeySet(keys.Vault, change(set)).ToBytes(), ct))
            {
                continue;
            }

            var (written, readGeneration) = await ReadGenerationAsync(ct);
            if (readGeneration < next || !works(written))
            {
                await GenerationalObject.DeleteAsync(store, prefix, next, CancellationToken.None);
                throw new VaultException(VaultErrorKind.Damaged, "The new key slots can't be read back; the old ones stay.") { ObjectName = prefix };
            }

            await GenerationalObject.DeleteOlderAsync(store, prefix, next, ct);
            return;
        }

        throw new VaultException(VaultErrorKind.Conflict, "The key slots were changed by others all the time.");
    }
}
