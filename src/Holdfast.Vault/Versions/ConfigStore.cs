namespace Holdfast.Vault;

/// <summary>The vault's description: of its generations the highest counts that this vault's key vouches for (docs/vault-format.md, section 3).</summary>
internal sealed class ConfigStore(IObjectStore store, VaultKeys keys, KnownConfig? known = null)
{
    private const int AttemptsMax = 8;

    private volatile KnownConfig? _known = known;

    public async Task<(VaultConfig Config, int Generation)> ReadAsync(CancellationToken ct)
    {
        // A listing tells whether there is a newer one: nothing replaces the one that was read.
        if (_known is { } before && await GenerationalObject.HighestAsync(store, Names.Config, ct) == before.Generation)
        {
            return (before.Config, before.Generation);
        }

        var (config, generation) = await GenerationalObject.ReadAsync(store, Names.Config, VaultConfig.BytesMax, TryRead, ct);
        _known = new KnownConfig(
            config ?? throw new VaultException(VaultErrorKind.Damaged, "The vault's description is missing.") { ObjectName = Names.Config }, generation);
        return (config, generation);
    }

    /// <summary>Writes the next generation. It is read back, and its keys are seen to, before the older ones go.</summary>
    /// <param name="change">Makes the new description of the present one; may be asked again.</param>
    /// <param name="holdKeys">Sees to it that no renewal of the data key comes through that doesn't know of the change, or fails.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="VaultException">Conflict: others changed it all the time.</exception>
    public async Task<VaultConfig> ChangeAsync(Func<VaultConfig, VaultConfig> change, Func<CancellationToken, Task> holdKeys, CancellationToken ct)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            // Before it is read: what comes after this takes the generation.
            var next = await GenerationalObject.HighestAsync(store, Names.Config, ct) + 1;
            var (config, _) = await ReadAsync(ct);
            var changed = change(config);
            if (ReferenceEquals(changed, config))
            {
                // Also then: whoever wrote it may have died before this.
                await holdKeys(ct);
                return config;
            }

            if (!await GenerationalObject.TryWriteAsync(store, Names.Config, next, changed.ToBytes(keys), ct))
            {
                continue;
            }

            var (_, generation) = await ReadAsync(ct);
            if (generation < next)
            {
                throw new VaultException(VaultErrorKind.Damaged, "The vault's new description can't be read back; the old one stays.") { ObjectName = Names.Config };
            }

            if (generation > next)
            {
                // Ours may have come late, into a gap: what is there is judged anew.
                continue;
            }

            // In this order: what a renewal wrote, which only its new key vouches for, goes when that renewal can't come through any more.
            await holdKeys(ct);
            await GenerationalObject.DeleteOlderAsync(store, Names.Config, next, ct);
            return changed;
        }

        throw new VaultException(VaultErrorKind.Conflict, "The vault's description was changed by others all the time.");
    }

    private VaultConfig? TryRead(byte[] bytes) => VaultConfig.IsAuthentic(bytes, keys) ? VaultConfig.TryParse(bytes) : null;
}
