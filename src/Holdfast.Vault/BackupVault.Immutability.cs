namespace Holdfast.Vault;

/// <content>Immutability. INV-12: a point's time only grows, and nothing of a locked vault is taken back.</content>
public sealed partial class BackupVault
{
    /// <summary>How long the vault keeps points, as it is now.</summary>
    public async Task<VaultImmutability> GetImmutabilityAsync(CancellationToken ct) => (await RequireAsync(VaultOperation.Read, ct)).Immutability;

    /// <summary>Sets how long the vault keeps points. A locked vault can only be given more days.</summary>
    /// <exception cref="VaultException">LockedForGood: it is locked. KeysRenewed: it may not hold, since the data key was renewed meanwhile.</exception>
    /// <returns>What holds now, and whether the store enforces it by itself; null if it is of a kind that can't.</returns>
    public async Task<(VaultImmutability Immutability, RetentionProbe? Store)> SetImmutabilityAsync(VaultImmutability immutability, CancellationToken ct)
    {
        if (!immutability.IsValid)
        {
            throw new ArgumentException($"1 to {VaultImmutability.DaysMax} days, or none, are possible.", nameof(immutability));
        }

        await RequireAsync(VaultOperation.Write, ct);
        _config = await _configs.ChangeAsync(
            config => config.Immutability == immutability ? config
                : config.Immutability.MayBecome(immutability) ? config.With(immutability)
                : throw new VaultException(VaultErrorKind.LockedForGood, $"The vault is locked: every point stays {config.Immutability.Days} days, which can only become more."),
            _ring.HoldAsync, ct);
        StoreRetention.Follow(_config.Immutability);
        return (_config.Immutability, await StoreRetention.RenewAsync(_config.Immutability, ct));
    }

    /// <summary>The date that stands in a point that is committed now.</summary>
    internal DateTimeOffset? LockDateForNew() => _config.Immutability.DateForNew(Options.TimeProvider.GetUtcNow());

    private Point? WithLock(Point? point) => point is null ? null : point with
    {
        LockedUntilUtc = _config.Immutability.KeepsUntil(point.CreatedUtc, point.LockedUntilUtc),
    };

    /// <summary>Refuses what an immutable vault keeps. A point whose own object is damaged is no longer kept: nothing can be restored from it.</summary>
    private async Task RequireUnlockedAsync(VaultImmutability immutability, SourceId source, PointId point, CancellationToken ct)
    {
        if (await StoreRetention.OfAsync(Names.Point(source, point), ct) is { } kept && kept.Until > Options.TimeProvider.GetUtcNow())
        {
            // Also where the vault's own description says less: the store would refuse half-way.
            throw Locked(point, kept.Until);
        }

        Point? read;
        try
        {
            read = await _points.ReadAsync(source, point, RetentionMark.None, ct);
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
        {
            return;
        }

        if (read is not null && immutability.KeepsUntil(read.CreatedUtc, read.LockedUntilUtc) is { } until
            && until > Options.TimeProvider.GetUtcNow())
        {
            throw Locked(point, until);
        }
    }

    private static VaultException Locked(PointId point, DateTimeOffset until) =>
        new(VaultErrorKind.PointLocked, $"The vault is immutable: point {point} stays until {until:u}.") { Points = [point], Until = until };
}
