namespace Holdfast.Vault;

/// <summary>Changes the set of key slots. A new set is tried by unlocking before the old one goes.</summary>
/// <param name="store">The vault's store.</param>
/// <param name="keys">The keys as they were opened.</param>
/// <param name="opened">The generation of slots that opened them.</param>
/// <param name="prefix">The names' beginning.</param>
/// <param name="time">The clock.</param>
internal sealed class KeyRing(IObjectStore store, VaultKeys keys, int opened, string prefix, TimeProvider time)
{
    private const int AttemptsMax = 8;

    private volatile int _knownGeneration = opened;

    /// <summary>
    /// Refuses to go on with keys that were renewed meanwhile: what is written under a newer epoch isn't damaged, and nothing may be written under an older one.
    /// </summary>
    /// <exception cref="VaultException">KeysRenewed.</exception>
    public async Task RequireCurrentAsync(CancellationToken ct)
    {
        if (await GenerationalObject.HighestAsync(store, prefix, ct) != _knownGeneration)
        {
            var (set, generation) = await ReadGenerationAsync(ct);
            _knownGeneration = set.Epoch == keys.Epoch
                ? generation
                : throw new VaultException(VaultErrorKind.KeysRenewed, "The vault's data key was renewed: it has to be opened again.");
        }
    }

    /// <summary>Opens a vault's keys. A description that is another vault's, and so has no key slots here, doesn't keep the right one from being found.</summary>
    /// <returns>The keys, the generation of the slots that opened them, and the description that led to them if its seal is right.</returns>
    /// <exception cref="VaultException">NotAVault, WrongKey, Unsupported, Damaged.</exception>
    public static async Task<(VaultKeys Keys, int Generation, KnownConfig? Config)> UnlockAsync(IObjectStore store, VaultCredential credential, CancellationToken ct)
    {
        var seen = new HashSet<VaultId>();
        VaultException? refused = null;
        while (true)
        {
            VaultConfig? config;
            int configGeneration;
            byte[] sealedConfig = [];
            try
            {
                (config, configGeneration) = await GenerationalObject.ReadAsync(
                    store, Names.Config, VaultConfig.BytesMax,
                    b =>
                    {
                        sealedConfig = b;
                        return VaultConfig.TryParse(b) is { } c && !seen.Contains(c.Vault) ? c : null;
                    },
                    ct);
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged && refused is not null)
            {
                throw refused;
            }

            if (config is null)
            {
                throw new VaultException(VaultErrorKind.NotAVault, $"There is no vault in {store.Description}.");
            }

            seen.Add(config.Vault);
            config.Require(VaultOperation.Read);
            var (set, generation) = await GenerationalObject.ReadAsync(
                store, Names.KeysOf(config.Vault), KeySet.BytesMax, b => KeySet.TryParse(b) is { } s && s.Vault == config.Vault ? s : null, ct);
            if (set?.Unlock(credential) is { } masters)
            {
                var keys = new VaultKeys(masters, config.Vault);
                return (keys, generation, VaultConfig.IsAuthentic(sealedConfig, keys) ? new KnownConfig(config, configGeneration) : null);
            }

            refused ??= set is null
                ? new VaultException(VaultErrorKind.Damaged, $"The key slots of the vault in {store.Description} are missing.") { ObjectName = Names.Keys }
                : new VaultException(VaultErrorKind.WrongKey, $"This {Describe(credential.Kind)} doesn't open the vault in {store.Description}.");
        }
    }

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

    /// <summary>Puts a slot in the place of another: one generation has the one, the next the other.</summary>
    public async Task<KeySlot> ReplaceAsync(string slotId, VaultCredential credential, int iterations, CancellationToken ct)
    {
        WrappedKey? added = null;
        await ChangeAsync(
            set =>
            {
                var old = set.Slots.FirstOrDefault(s => s.Shown.Id == slotId && s.Kind == credential.Kind)
                    ?? throw new VaultException(VaultErrorKind.KeySlotNotFound, $"There is no key slot {slotId} of this kind.") { ObjectName = slotId };
                added = WrappedKey.Make(keys.Vault, credential, keys.Master, old.Shown.Label, time.GetUtcNow(), iterations);
                return [.. set.Slots.Where(s => s != old), added];
            },
            written => Opens(written, credential),
            ct);
        return added!.Shown;
    }

    public Task RemoveAsync(string slotId, CancellationToken ct) => ChangeAsync(
        set =>
        {
            var left = set.Slots.Where(s => s.Shown.Id != slotId).ToList();
            return left.Count == set.Slots.Count ? throw new VaultException(VaultErrorKind.KeySlotNotFound, $"There is no key slot {slotId}.") { ObjectName = slotId }
                : left.Count == 0 ? throw new VaultException(VaultErrorKind.LastKeySlot, "The last key slot can't be removed.") { ObjectName = slotId }
                : left;
        },
        written => written.Slots.Count > 0 && written.Slots.All(s => s.Shown.Id != slotId),
        ct);

    private static string Describe(KeySlotKind kind) => kind switch
    {
        KeySlotKind.Passphrase => "passphrase",
        KeySlotKind.RecoveryKey => "recovery key",
        _ => "key file",
    };

    private bool Opens(KeySet written, VaultCredential credential) =>
        written.Unlock(credential) is { } masters && masters[^1].AsSpan().SequenceEqual(keys.Master);

    /// <summary>
    /// Puts the same slots into the next generation: a renewal of the data key that began before fails, since that generation is what it has to create.
    /// </summary>
    /// <exception cref="VaultException">KeysRenewed: a renewal came first.</exception>
    public Task HoldAsync(CancellationToken ct) => ChangeAsync(set => set.Slots, written => written.Epoch == keys.Epoch, ct);

    /// <summary>Begins a renewal: it comes through only if the slots are still of this generation at its end.</summary>
    /// <exception cref="VaultException">Conflict: the keys were renewed by somebody else, or too often.</exception>
    public async Task<int> BeginRenewalAsync(CancellationToken ct)
    {
        var (set, generation) = await ReadGenerationAsync(ct);
        return set.Epoch == keys.Epoch && keys.Epoch <= KeySet.OlderMax
            ? generation
            : throw new VaultException(VaultErrorKind.Conflict, "The data key was renewed by somebody else, or too often.");
    }

    /// <summary>Puts new slots, which open a new master key, in the place of all that there are.</summary>
    /// <param name="renewed">The keys with the new one.</param>
    /// <param name="generation">What the renewal began with.</param>
    /// <param name="credentials">What opens it from now on.</param>
    /// <param name="iterations">Rounds of PBKDF2.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="VaultException">Conflict: the slots were changed meanwhile.</exception>
    public async Task<IReadOnlyList<KeySlot>> RenewAsync(
        VaultKeys renewed, int generation, IReadOnlyList<(VaultCredential Credential, string Label)> credentials, int iterations, CancellationToken ct)
    {
        var slots = credentials.Select(c => WrappedKey.Make(keys.Vault, c.Credential, renewed.Master, c.Label, time.GetUtcNow(), iterations)).ToList();
        ct.ThrowIfCancellationRequested();

        // From here on to the end: half a change helps nobody, and must not be left by who only didn't want to wait.
        if (!await GenerationalObject.TryWriteAsync(store, prefix, generation + 1, KeySet.Of(renewed, slots).ToBytes(), CancellationToken.None))
        {
            throw ChangedByOthers();
        }

        var (written, at) = await TryReadAsync();
        if (at != generation + 1
            || !credentials.All(c => written!.Unlock(c.Credential) is { } masters && masters.Select(Convert.ToHexString).SequenceEqual(renewed.Masters.Select(Convert.ToHexString))))
        {
            await GenerationalObject.DeleteAsync(store, prefix, generation + 1, CancellationToken.None);
            if (at > generation + 1 && written!.Epoch == keys.Epoch)
            {
                // It came late, into a gap that older ones left: others went on with the old key.
                throw ChangedByOthers();
            }

            throw await GenerationalObject.HighestAsync(store, prefix, CancellationToken.None) > generation
                // What only they open has to stay as well.
                ? new VaultException(VaultErrorKind.Io, "The new key slots can't be read back, nor be removed: the vault opens with the new passphrase as soon as they can be read.")
                : new VaultException(VaultErrorKind.Damaged, "The new key slots can't be read back; the old ones stay.") { ObjectName = prefix };
        }

        return [.. slots.Select(s => s.Shown)];
    }

    private static VaultException ChangedByOthers() => new(VaultErrorKind.Conflict, "The key slots were just changed by somebody else.");

    /// <returns>Null and no generation if none can be read.</returns>
    private async Task<(KeySet? Set, int Generation)> TryReadAsync()
    {
        try
        {
            return await ReadGenerationAsync(CancellationToken.None);
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
        {
            return (null, 0);
        }
    }

    /// <summary>Removes the generations before the newest.</summary>
    public async Task RemoveOlderAsync(CancellationToken ct) =>
        await GenerationalObject.DeleteOlderAsync(store, prefix, (await ReadGenerationAsync(ct)).Generation, ct);

    private async Task<(KeySet Set, int Generation)> ReadGenerationAsync(CancellationToken ct)
    {
        var (set, generation) = await GenerationalObject.ReadAsync(
            store, prefix, KeySet.BytesMax, b => KeySet.TryParse(b) is { } s && s.Vault == keys.Vault ? s : null, ct);
        return set is not null
            ? (set, generation)
            : throw new VaultException(VaultErrorKind.Damaged, "The vault's key slots are missing.") { ObjectName = prefix };
    }

    private async Task ChangeAsync(Func<KeySet, IReadOnlyList<WrappedKey>> change, Func<KeySet, bool> works, CancellationToken ct)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            await RequireCurrentAsync(ct);
            var (set, generation) = await ReadGenerationAsync(ct);
            var next = generation + 1;
            ct.ThrowIfCancellationRequested();
            if (set.Epoch != keys.Epoch
                || !await GenerationalObject.TryWriteAsync(store, prefix, next, new KeySet(keys.Vault, change(set), set.Older).ToBytes(), CancellationToken.None))
            {
                continue;
            }

            var (written, readGeneration) = await ReadGenerationAsync(CancellationToken.None);
            if (readGeneration < next || !works(written))
            {
                await GenerationalObject.DeleteAsync(store, prefix, next, CancellationToken.None);
                if (readGeneration > next)
                {
                    // It came late, into a gap that older ones left: what is there now is changed.
                    continue;
                }

                throw new VaultException(VaultErrorKind.Damaged, "The new key slots can't be read back; the old ones stay.") { ObjectName = prefix };
            }

            await GenerationalObject.DeleteOlderAsync(store, prefix, next, CancellationToken.None);
            return;
        }

        throw new VaultException(VaultErrorKind.Conflict, "The key slots were changed by others all the time.");
    }
}
