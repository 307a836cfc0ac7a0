using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Points;

/// <summary>Recovery points as resources. The points are in the vault; the database only knows their names.</summary>
public sealed class RecoveryPoints(ControlPlaneDatabase database, EngineContexts engines)
{
    /// <summary>An item's points, newest first.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="item">The item.</param>
    /// <param name="from">Only points from then on, or null.</param>
    /// <param name="until">Only points until then, or null.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task<IReadOnlyList<RecoveryPointResource>> ListAsync(
        VaultRow vault, ProtectedItemRow item, DateTimeOffset? from, DateTimeOffset? until, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(item);
        var points = await ReadAsync(await engines.MakeAsync(vault, null, ct).ConfigureAwait(false), item, ct).ConfigureAwait(false);
        var names = await NameAsync(item, points, ct).ConfigureAwait(false);
        return [.. points.Where(p => (from is null || p.CreatedUtc >= from) && (until is null || p.CreatedUtc <= until))
            .OrderByDescending(p => p.CreatedUtc).Select(p => new RecoveryPointResource(names[p.Id.Value], p))];
    }

    /// <summary>An item's points as the store has them: those of its VM, and of the UUIDs that this had before the item was bound to another.</summary>
    internal async Task<IReadOnlyList<RecoveryPoint>> ReadAsync(EngineContext engine, ProtectedItemRow item, CancellationToken ct)
    {
        IReadOnlyList<Guid> sources;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            sources = (await ItemSources.OfOthersAsync(db, item.VaultId, item.ItemId, ct).ConfigureAwait(false)).ListedFor(item);
        var points = new List<RecoveryPoint>();
        foreach (var source in sources)
            points.AddRange(await new PointService(engine).ListAsync(source, ct).ConfigureAwait(false));
        return points;
    }

    /// <summary>A point by its name, or null.</summary>
    public async Task<RecoveryPointResource?> FindAsync(VaultRow vault, ProtectedItemRow item, string name, CancellationToken ct) =>
        (await ListAsync(vault, item, null, null, ct).ConfigureAwait(false)).FirstOrDefault(p => p.Name == name);

    /// <summary>Gives names to points that have none, and forgets those of points that are gone.</summary>
    /// <returns>The rows by the points' ids.</returns>
    public async Task<IReadOnlyDictionary<Guid, PointRow>> NameAsync(ProtectedItemRow item, IReadOnlyList<RecoveryPoint> points, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(points);
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.Points.AsNoTracking().Where(p => p.ItemId == item.ItemId).ToDictionaryAsync(p => p.PointId, ct).ConfigureAwait(false);
            var present = points.Select(p => p.Id.Value).ToHashSet();
            if (rows.Count == present.Count && rows.Keys.All(present.Contains))
                return rows;
        }

        return await database.ExclusiveAsync(
            async db =>
            {
                var present = points.ToDictionary(p => p.Id.Value);
                var sources = points.Select(p => p.Stored.SourceId.Value).Distinct().ToList();
                // A point that another item of the same UUID named keeps its name, and is this item's from now on.
                var rows = await db.Points.Where(p => p.VaultId == item.VaultId && (p.ItemId == item.ItemId || sources.Contains(p.SourceId)))
                    .ToDictionaryAsync(p => p.PointId, ct).ConfigureAwait(false);
                foreach (var row in rows.Values)
                    row.ItemId = item.ItemId;
                foreach (var gone in rows.Values.Where(r => !present.ContainsKey(r.PointId)).ToList())
                {
                    rows.Remove(gone.PointId);
                    db.Remove(gone);
                }

                foreach (var (id, point) in present.Where(p => !rows.ContainsKey(p.Key)))
                {
                    var attempt = 0;
                    while (rows.Values.Any(r => r.Name == PointName.Of(id, attempt))
                        || await db.Points.AnyAsync(p => p.VaultId == item.VaultId && p.Name == PointName.Of(id, attempt), ct).ConfigureAwait(false))
                        attempt++;
                    var row = new PointRow
                    {
                        VaultId = item.VaultId,
                        PointId = id,
                        SourceId = point.Stored.SourceId.Value,
                        ItemId = item.ItemId,
                        Name = PointName.Of(id, attempt),
                        CreatedUtc = point.CreatedUtc,
                    };
                    rows.Add(id, row);
                    db.Add(row);
                }

                await db.SaveChangesAsync(ct).ConfigureAwait(false);
                return rows;
            }, ct).ConfigureAwait(false);
    }
}
