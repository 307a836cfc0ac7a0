namespace Holdfast.Vault;

/// <content>Keys.</content>
public sealed partial class BackupVault
{
    /// <summary>The key slots.</summary>
    public async Task<IReadOnlyList<KeySlot>> ListKeySlotsAsync(CancellationToken ct) =>
        [.. (await _ring.ReadAsync(ct)).Slots.Select(s => s.Shown)];

    /// <summary>Adds a passphrase; it is tried before this returns.</summary>
    public Task<KeySlot> AddPassphraseAsync(string passphrase, string label, CancellationToken ct) =>
        AddAsync(VaultCredential.FromPassphrase(passphrase), label, ct);

    /// <summary>Adds a key file's bytes; they are tried before this returns.</summary>
    public Task<KeySlot> AddKeyFileAsync(ReadOnlyMemory<byte> content, string label, CancellationToken ct) =>
        AddAsync(VaultCredential.FromKeyFile(content.Span), label, ct);

    /// <summary>Makes another recovery key; the old one stays until it is removed.</summary>
    public async Task<(KeySlot Slot, RecoveryKey Key)> AddRecoveryKeyAsync(string label, CancellationToken ct)
    {
        var key = RecoveryKey.Generate();
        return (await AddAsync(VaultCredential.FromRecoveryKey(key.ToString()), label, ct), key);
    }

    /// <summary>Puts a new passphrase in the place of another; it is tried before the old one goes.</summary>
    /// <exception cref="VaultException">KeySlotNotFound.</exception>
    public Task<KeySlot> RotatePassphraseAsync(string slotId, string passphrase, CancellationToken ct)
    {
        _config.Require(VaultOperation.Write);
        return _ring.ReplaceAsync(slotId, VaultCredential.FromPassphrase(passphrase), new VaultInitOptions { Passphrase = "" }.Iterations, ct);
    }

    /// <summary>Removes a key slot.</summary>
    /// <exception cref="VaultException">LastKeySlot, KeySlotNotFound.</exception>
    public Task RemoveKeySlotAsync(string slotId, CancellationToken ct)
    {
        _config.Require(VaultOperation.Write);
        return _ring.RemoveAsync(slotId, ct);
    }

    /// <summary>
    /// Begins a new epoch after a leak: everything written from now on is sealed under a new key, which only the new passphrase and the new recovery key open.
    /// All other key slots go. What is there stays readable with the new ones, and with the old ones to whoever has kept them. Sessions that are open are revoked.
    /// Afterwards this vault has to be opened again, here and wherever it is open.
    /// </summary>
    /// <exception cref="VaultException">Conflict: somebody else changed the keys or how long the vault keeps points, or a session is open.</exception>
    public async Task<(KeySlot Slot, RecoveryKey Key)> RenewDataKeyAsync(string passphrase, string label, CancellationToken ct)
    {
        await RequireAsync(VaultOperation.Write, ct);
        await CleanUpDeadSessionsAsync(new DeadSessionOptions(), ct);
        if (await Sessions.ListAsync(ct) is [var busy, ..])
        {
            throw new VaultException(VaultErrorKind.Conflict, $"A session of {busy.Host}, process {busy.ProcessId}, is open.");
        }

        var recovery = RecoveryKey.Generate();
        var renewed = new VaultKeys([.. Keys.Masters, VaultKeys.NewMaster()], Id);

        // The slots before the description: who changes that holds the keys afterwards, so that this either finds the change or fails.
        var slotsBefore = await _ring.BeginRenewalAsync(ct);
        var generation = await GenerationalObject.HighestAsync(Store, Names.Config, ct) + 1;
        var (config, _) = await _configs.ReadAsync(ct);

        // First the description that the new key vouches for: nobody can read it yet, and it counts from the moment the new slots are there.
        if (!await GenerationalObject.TryWriteAsync(Store, Names.Config, generation, config.WithKeyEpochs().ToBytes(renewed), ct))
        {
            throw new VaultException(VaultErrorKind.Conflict, "The vault's description was just changed by somebody else.");
        }

        IReadOnlyList<KeySlot> slots;
        try
        {
            slots = await _ring.RenewAsync(
                renewed, slotsBefore,
                [(VaultCredential.FromPassphrase(passphrase), label), (VaultCredential.FromRecoveryKey(recovery.ToString()), "recovery key")],
                new VaultInitOptions { Passphrase = "" }.Iterations, ct);
        }
        catch (Exception e) when (e is OperationCanceledException or VaultException { Kind: VaultErrorKind.Conflict or VaultErrorKind.Damaged })
        {
            await GenerationalObject.DeleteAsync(Store, Names.Config, generation, CancellationToken.None);
            throw;
        }

        // Whoever registers from now on finds the new slots; who did before is found here.
        foreach (var session in await Sessions.ListAsync(CancellationToken.None))
        {
            await Sessions.RevokeAsync(session.SourceId, session.PointId, CancellationToken.None);
        }

        await _ring.RemoveOlderAsync(CancellationToken.None);
        await GenerationalObject.DeleteOlderAsync(Store, Names.Config, generation, CancellationToken.None);
        return (slots[0], recovery);
    }

    private Task<KeySlot> AddAsync(VaultCredential credential, string label, CancellationToken ct)
    {
        _config.Require(VaultOperation.Write);
        return _ring.AddAsync(credential, label, new VaultInitOptions { Passphrase = "" }.Iterations, ct);
    }
}
