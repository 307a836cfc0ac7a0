using System.Collections.Concurrent;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Policies;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>The protected items of the database, and its queue of jobs.</summary>
internal sealed class ScheduledItems(ControlPlaneDatabase database, JobQueue queue) : IScheduledItems
{
    private readonly ConcurrentDictionary<Guid, (string Json, BackupPolicy Policy)> _read = [];

    public async Task<ScheduledItem?> FindAsync(Guid itemId, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var item = await db.Items.AsNoTracking().SingleOrDefaultAsync(i => i.ItemId == itemId, ct).ConfigureAwait(false);
            if (item is not { IsScheduled: true, IsSoftDeleted: false })
                return null;
            var policy = await db.Policies.AsNoTracking().SingleOrDefaultAsync(p => p.PolicyId == item.PolicyId, ct).ConfigureAwait(false);
            return policy is null ? null : new(itemId, Read(policy.PolicyId, policy.Properties));
        }
    }

    public async Task<IReadOnlyList<ScheduledItem>> ListAsync(CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var policies = await db.Policies.AsNoTracking().Select(p => new { p.PolicyId, p.Properties })
                .ToDictionaryAsync(p => p.PolicyId, p => p.Properties, ct).ConfigureAwait(false);
            var items = await db.Items.AsNoTracking()
                .Where(i => i.PolicyId != null && i.DeletedUtc == null
                    && (i.State == ProtectionState.IRPending || i.State == ProtectionState.Protected || i.State == ProtectionState.ProtectionError))
                .Select(i => new { i.ItemId, i.PolicyId }).ToListAsync(ct).ConfigureAwait(false);
            return [.. items.Where(i => policies.ContainsKey(i.PolicyId!.Value))
                .Select(i => new ScheduledItem(i.ItemId, Read(i.PolicyId!.Value, policies[i.PolicyId!.Value])))];
        }
    }

    public async Task<DueOutcome> QueueAsync(Guid itemId, Occurrence occurrence, bool isLate, CancellationToken ct)
    {
        ProtectedItemRow? item;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            item = await db.Items.AsNoTracking().SingleOrDefaultAsync(i => i.ItemId == itemId, ct).ConfigureAwait(false);
            if (item is not { IsScheduled: true, IsSoftDeleted: false })
                return DueOutcome.NotScheduled;
            if (await db.Jobs.AnyAsync(j => j.ItemId == itemId && j.DueUtc == occurrence.Due, ct).ConfigureAwait(false))
                return DueOutcome.AlreadyQueued;
        }

        try
        {
            var trigger = isLate ? JobTrigger.ScheduledLate : JobTrigger.Scheduled;
            await queue.EnqueueAsync(item, new BackupJobRequest(trigger, occurrence.Due), ct).ConfigureAwait(false);
            return DueOutcome.Queued;
        }
        catch (FaultException e) when (e.Fault.Code == BackupFaults.OperationInProgress("", "").Code)
        {
            return DueOutcome.Busy;
        }
    }

    // Thousands of items share a few policies.
    private BackupPolicy Read(Guid policyId, string json)
    {
        if (_read.TryGetValue(policyId, out var known) && known.Json == json)
            return known.Policy;
        var policy = PolicyDocument.FromStored(json).Policy;
        _read[policyId] = (json, policy);
        return policy;
    }
}
