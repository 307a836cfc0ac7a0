namespace Holdfast.Vault;

/// <summary>
/// Lets the store itself enforce what a locked vault promises, where it can: new packs, points, descriptions and key slots are created retained, and what
/// later points still need is retained anew. What isn't locked for good could be taken back, so nothing is retained for it.
/// </summary>
internal sealed class StoreRetention(BackupVault vault, PointCatalogue points)
{
    private readonly IRetainingStore? _retaining = vault.Store.AsRetaining();

    /// <summary>How the store keeps an object now; null if it doesn't.</summary>
    public async Task<ObjectRetention?> KeptNowAsync(ObjectName name, CancellationToken ct)
    {
        try
        {
            return await OfAsync(name, ct) is { } kept && kept.Until > vault.Options.TimeProvider.GetUtcNow() ? kept : null;
        }
        catch (VaultException e) when (e.Kind is VaultErrorKind.Unsupported or VaultErrorKind.PermissionDenied)
        {
            // Who may not ask can't say so.
            return null;
        }
    }

    /// <summary>Sets the rule for new objects.</summary>
    public void Follow(VaultImmutability immutability)
    {
        var time = vault.Options.TimeProvider;
        _retaining?.RetainNewObjects(immutability.State is ImmutabilityState.Locked
            ? name => IsKept(name) ? immutability.DateForNew(time.GetUtcNow()) : null
            : null);
    }

    /// <summary>Until when the store itself keeps an object, and how firmly.</summary>
    public async Task<ObjectRetention?> OfAsync(ObjectName name, CancellationToken ct) =>
        _retaining is null ? null : await _retaining.GetRetentionAsync(name, ct);

    /// <summary>
    /// Retains every point as long as the vault keeps it, and each pack as long as the point that is kept longest of those that need it: in a locked vault
    /// whose store is seen to keep what it is told to.
    /// </summary>
    /// <returns>What the trial of the store showed; null if it promises nothing, or the vault isn't locked.</returns>
    public async Task<RetentionProbe?> RenewAsync(VaultImmutability immutability, CancellationToken ct)
    {
        if (_retaining is null || immutability.State is not ImmutabilityState.Locked)
        {
            return null;
        }

        var probe = await _retaining.ProbeRetentionAsync(ct);
        if (probe.Support is not (RetentionSupport.Enforced or RetentionSupport.Revocable))
        {
            return probe;
        }

        var now = vault.Options.TimeProvider.GetUtcNow();
        var roots = await LiveRoots.ReadAsync(points, _ => true, ct);
        await vault.RefreshAsync(ct);
        DateTimeOffset until = default;
        var packs = new Dictionary<PackInfo, DateTimeOffset>();
        using var reader = new PackReader(vault.Store, vault.Keys);
        var marker = new Marker(vault.Index, new LiveMarks(vault.Index.Files) { OnMarked = pack => packs.TryAdd(pack, until) }, reader);
        // The longest first: who marks a chunk first keeps it longest.
        foreach (var (point, date) in roots.Points.Where(p => IsKept(Names.Point(p.SourceId, p.PointId)))
            .Select(p => (p, Date: immutability.KeepsUntil(p.CreatedUtc, p.LockedUntilUtc) ?? default)).Where(p => p.Date > now).OrderByDescending(p => p.Date))
        {
            until = date;
            await marker.MarkAsync(point, ct);
            await _retaining.RetainUntilAsync(Names.Point(point.SourceId, point.PointId), date, ct);
        }

        foreach (var (pack, date) in packs.Where(p => p.Key.Healthy))
        {
            await _retaining.RetainUntilAsync(pack.Name, date, ct);
        }

        await RenewDescriptionsAsync(immutability.DateForNew(now)!.Value, ct);
        return probe;
    }

    private static bool IsKept(ObjectName name) =>
        name.Value.StartsWith(Names.Packs, StringComparison.Ordinal) || name.Value.StartsWith(Names.Config, StringComparison.Ordinal)
        || name.Value.StartsWith(Names.Keys, StringComparison.Ordinal)
        || (Names.TryParsePoint(name, Names.Points, out var source, out _) && source != Repacker.Source && source != GcLease.Source);

    private async Task RenewDescriptionsAsync(DateTimeOffset until, CancellationToken ct)
    {
        foreach (var prefix in (string[])[Names.Config, Names.Keys])
        {
            foreach (var item in await vault.Store.ListAllAsync(prefix, ct))
            {
                await _retaining!.RetainUntilAsync(item.Name, until, ct);
            }
        }
    }
}
