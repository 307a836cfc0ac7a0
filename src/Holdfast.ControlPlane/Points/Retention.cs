using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Schedule;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Holdfast.Protection.Points;
using Holdfast.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Points;

/// <summary>
/// Carries policies' retention out: tags the points of each item and deletes those whose time is over. Items without a policy, stopped ones and
/// soft-deleted ones keep everything. The space comes back when the vault is cleaned up.
/// </summary>
public sealed partial class Retention(
    ControlPlaneDatabase database, EngineContexts engines, RecoveryPoints points, ItemNotes notes, ExpiryClock clock, TimeProvider time, ILogger<Retention> logger)
    : IMaintenanceTask
{
    /// <inheritdoc/>
    public string Name => "retention";

    /// <inheritdoc/>
    public TimeSpan Interval => TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken ct)
    {
        if (!await clock.IsBelievedAsync(ct).ConfigureAwait(false))
            return;
        List<(VaultRow Vault, ProtectedItemRow Item, PolicyRow Policy)> work;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var rows = await (
                from item in db.Items.AsNoTracking()
                join policy in db.Policies.AsNoTracking() on item.PolicyId equals policy.PolicyId
                join vault in db.Vaults.AsNoTracking() on item.VaultId equals vault.VaultId
                where item.DeletedUtc == null && item.State != ProtectionState.ProtectionStopped
                select new { Vault = vault, Item = item, Policy = policy }).ToListAsync(ct).ConfigureAwait(false);
            work = [.. rows.Select(r => (r.Vault, r.Item, r.Policy))];
        }

        foreach (var (vault, item, policy) in work)
        {
            try
            {
                await ApplyAsync(vault, item, policy, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is FaultException or VaultException or DbUpdateException)
            {
                // One vault that can't be reached, or read as a whole, doesn't keep the others from their work.
                LogFailed(e, item.VmName, vault.Name);
            }
        }
    }

    /// <summary>Applies a policy to one item's points.</summary>
    /// <returns>The points that were deleted.</returns>
    internal async Task<IReadOnlyList<RecoveryPointResource>> ApplyAsync(VaultRow vault, ProtectedItemRow item, PolicyRow stored, CancellationToken ct)
    {
        var policy = PolicyDocument.FromStored(stored.Properties).Policy;
        var all = await points.ListAsync(vault, item, null, null, ct).ConfigureAwait(false);
        var byId = all.ToDictionary(p => p.Name);
        var due = await DueTimesAsync(item, ct).ConfigureAwait(false);
        var plan = RetentionPlan.Make(policy, [.. all.Select(p => Retained(p, due, isGood: true))], time.GetUtcNow());
        var service = new PointService(await engines.MakeAsync(vault, null, ct).ConfigureAwait(false));
        bool MayGo(RecoveryPointResource point) =>
            !point.Point.Stored.Retention.Holds(time.GetUtcNow()) && !point.Point.Stored.IsLocked(time.GetUtcNow());
        if (plan.Expired.Any(p => MayGo(byId[p.Id])))
        {
            // Which points are whole is asked only when something would go: it means reading every point's maps.
            var retained = new List<RetainedPoint>();
            foreach (var point in all)
                retained.Add(Retained(point, due, await service.IsWholeAsync(point.Point, ct).ConfigureAwait(false)));
            plan = RetentionPlan.Make(policy, retained, time.GetUtcNow());
        }

        var isTagged = await TagAsync(item, plan, byId, ct).ConfigureAwait(false);
        var expired = plan.Expired.Select(p => byId[p.Id]).Where(MayGo).ToList();
        if (expired.Count > 0 && await notes.IsNewerAsync(vault, item, ct).ConfigureAwait(false))
            throw new FaultException(ServiceFaults.ItemNewerInStore(item.VmName));

        // The plan has left the item a good point, perhaps one of a UUID that its VM had earlier. Hundreds of deletions take their time: who mends the
        // policy meanwhile, stops protection or begins a restore keeps what is still there.
        var gone = new List<RecoveryPointResource>();
        foreach (var point in expired)
        {
            if (await IsBusyAsync(item, ct).ConfigureAwait(false) || !await IsAsReadAsync(item, stored, ct).ConfigureAwait(false))
                break;
            await service.DeleteAsync([point.Point], evenLast: true, ct).ConfigureAwait(false);
            gone.Add(point);
        }

        if (gone.Count > 0)
        {
            await points.ListAsync(vault, item, null, null, ct).ConfigureAwait(false);
            LogExpired(gone.Count, item.VmName, vault.Name);
        }

        // INV-1: the store says, too, as what its points are kept.
        if (isTagged || gone.Count > 0)
            await notes.WriteAsync(vault, item, ct).ConfigureAwait(false);
        return gone;
    }

    private static RetainedPoint Retained(RecoveryPointResource point, List<(DateTimeOffset Begun, DateTimeOffset End, DateTimeOffset Due)> jobs, bool isGood)
    {
        var taken = point.Point.CreatedUtc;
        var until = point.Point.Stored.Retention.RetainUntil;
        RetentionTag[] tags = [.. Enum.GetValues<RetentionTag>().Where(t => point.Row.Tags.Contains(t.ToString()))];
        var job = jobs.FirstOrDefault(j => j.Begun <= taken && taken <= j.End);

        // A date is what an on-demand point has. A point of the schedule may have got one, too, from somebody who protects it.
        if (until is not null && job == default && tags.Length == 0)
            return new(point.Name, taken, null, until, isGood);

        // A point that no job is known of, as after the loss of the database, counts for the day that it was taken on.
        return new(point.Name, taken, job == default ? taken : job.Due, until, isGood) { Tags = tags };
    }

    private async Task<List<(DateTimeOffset Begun, DateTimeOffset End, DateTimeOffset Due)>> DueTimesAsync(ProtectedItemRow item, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var jobs = await db.Jobs.AsNoTracking()
                .Where(j => j.ItemId == item.ItemId && j.Operation == JobOperation.Backup && j.DueUtc != null && j.BegunUtc != null)
                .Select(j => new { j.BegunUtc, j.EndUtc, j.DueUtc }).ToListAsync(ct).ConfigureAwait(false);
            return [.. jobs.Select(j => (j.BegunUtc!.Value, j.EndUtc ?? DateTimeOffset.MaxValue, j.DueUtc!.Value))];
        }
    }

    /// <returns>Whether anything changed.</returns>
    private async Task<bool> TagAsync(
        ProtectedItemRow item, RetentionPlan plan, Dictionary<string, RecoveryPointResource> byId, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.Points.Where(p => p.ItemId == item.ItemId).ToDictionaryAsync(p => p.PointId, ct).ConfigureAwait(false);
            foreach (var decision in plan.Decisions)
            {
                if (!rows.TryGetValue(byId[decision.Point.Id].Row.PointId, out var row))
                    continue;
                string[] tags = [.. decision.Tags.Select(t => t.ToString())];
                if (!row.Tags.SequenceEqual(tags))
                    row.Tags = tags;
                row.ExpiresUtc = decision.Expires;
            }

            return await db.SaveChangesAsync(ct).ConfigureAwait(false) > 0;
        }
    }

    // A restore may be reading from them; the next round comes.
    private async Task<bool> IsBusyAsync(ProtectedItemRow item, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            return await db.Jobs.AnyAsync(j => j.ItemId == item.ItemId && (j.Status == JobStatus.InProgress || j.Status == JobStatus.Cancelling), ct)
                .ConfigureAwait(false);
        }
    }

    // Judging may have taken hours. Whoever stopped protection, deleted the item or mended the policy meanwhile was told that it counts; the next round judges anew.
    private async Task<bool> IsAsReadAsync(ProtectedItemRow item, PolicyRow policy, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            return await db.Items.AnyAsync(i => i.ItemId == item.ItemId && i.PolicyId == item.PolicyId && i.State == item.State && i.DeletedUtc == item.DeletedUtc, ct).ConfigureAwait(false)
                && await db.Policies.AnyAsync(p => p.PolicyId == policy.PolicyId && p.Version == policy.Version, ct).ConfigureAwait(false);
        }
    }

    [LoggerMessage(7511, LogLevel.Information, "Retention: {Count} points of {Item} in vault {Vault} have expired and were deleted.")]
    private partial void LogExpired(int count, string item, string vault);

    [LoggerMessage(7512, LogLevel.Error, "Retention couldn't be applied to {Item} in vault {Vault}: nothing of it expires meanwhile; the next round tries again.")]
    private partial void LogFailed(Exception e, string item, string vault);
}
