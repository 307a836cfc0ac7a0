using System.Globalization;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Alerts;

/// <summary>Finds out what deserves an alert, from the database and the stores' file systems. Honours what each vault wants to be told of.</summary>
public sealed class AlertConditions(IDbContextFactory<ControlPlaneContext> database, AlertSettings settings, TimeProvider time)
{
    // Events older than this aren't told any more: a node that was down for long must not send a flood.
    private static readonly TimeSpan EventsFor = TimeSpan.FromHours(24);

    /// <summary>All conditions that hold now.</summary>
    public async Task<IReadOnlyList<AlertCondition>> ReadAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var since = now - EventsFor;
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var vaults = await db.Vaults.AsNoTracking().ToDictionaryAsync(v => v.VaultId, ct).ConfigureAwait(false);
            var policies = await db.Policies.AsNoTracking().ToDictionaryAsync(p => p.PolicyId, p => PolicyDocument.FromStored(p.Properties).Policy, ct).ConfigureAwait(false);
            var items = await db.Items.AsNoTracking().Where(i => i.PolicyId != null && i.DeletedUtc == null).ToListAsync(ct).ConfigureAwait(false);
            var jobs = await db.Jobs.AsNoTracking()
                .Where(j => j.Status == JobStatus.Failed && j.Operation != JobOperation.Backup && j.EndUtc > since).ToListAsync(ct).ConfigureAwait(false);
            var audit = await db.Audit.AsNoTracking().Where(a => a.WhenUtc > since).ToListAsync(ct).ConfigureAwait(false);
            return
            [
                .. items.Where(i => i.IsScheduled && vaults.ContainsKey(i.VaultId)).SelectMany(i => OfItem(i, vaults[i.VaultId], policies.GetValueOrDefault(i.PolicyId!.Value), now)),
                .. jobs.Where(j => vaults.TryGetValue(j.VaultId, out var v) && v.Alerts.AlertsForAllJobFailures && j.Error is not null)
                    .Select(j => new AlertCondition($"job/{j.JobId}", AlertKind.JobFailed, j.VaultId, j.Error!, IsEvent: true)),
                .. vaults.Values.Select(OfStore).OfType<AlertCondition>(),
                .. audit.Select(a => OfAudit(a, vaults.Values)).OfType<AlertCondition>(),
            ];
        }
    }

    private static IEnumerable<AlertCondition> OfItem(ProtectedItemRow item, VaultRow vault, BackupPolicy? policy, DateTimeOffset now)
    {
        if (!vault.Alerts.AlertsForAllJobFailures)
            yield break;
        if (item is { LastBackupSucceeded: false, LastBackupFault: { } fault })
            yield return new AlertCondition($"backup/{item.ItemId}", AlertKind.BackupFailed, vault.VaultId, fault);
        if (policy is null)
            yield break;

        // An item without a point is measured from when it was protected.
        var last = item.LastPointUtc ?? item.CreatedUtc;
        var deadline = PointDeadline.After(policy, last);
        if (now > deadline)
            yield return new AlertCondition($"overdue/{item.ItemId}", AlertKind.PointOverdue, vault.VaultId, NodeFaults.PointOverdue(item.VmName, vault.Name, Text(last), Text(deadline)));
    }

    private AlertCondition? OfStore(VaultRow vault)
    {
        try
        {
            var drive = new DriveInfo(vault.StorePath);
            return drive.AvailableFreeSpace * 100.0 < (double)drive.TotalSize * settings.StoreFreePercentMin
                ? new AlertCondition($"store/{vault.VaultId}", AlertKind.StoreNearlyFull, vault.VaultId, NodeFaults.StoreNearlyFull(vault.Name, vault.StorePath, drive.AvailableFreeSpace, drive.TotalSize))
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A store that can't be reached makes its backups fail, which is told of by itself.
            return null;
        }
    }

    private static AlertCondition? OfAudit(AuditRow entry, IEnumerable<VaultRow> vaults)
    {
        if (entry is { Action: "log-in", Detail: nameof(AccessFaults.LoginThrottled) })
            return new AlertCondition($"audit/{entry.AuditId}", AlertKind.LogInFailures, null, NodeFaults.LoginFailures(entry.From, entry.WhoName), IsEvent: true);
        if (!SecurityChanges.IsOne(entry.Action, entry.Target, entry.Detail))
            return null;
        var vault = ArmId.TryParse(entry.Target, out var id) && VaultRef.Of(id) is { } named ? vaults.FirstOrDefault(v => v.Ref.Equals(named)) : null;
        if (vault is { Alerts.AlertsForCriticalOperations: false })
            return null;
        return new AlertCondition(
            $"audit/{entry.AuditId}", AlertKind.SecurityChange, vault?.VaultId,
            NodeFaults.SecurityChange($"{entry.WhoName} ({entry.Who})", entry.Action, entry.Target, entry.Outcome.ToString()), IsEvent: true);
    }

    private static string Text(DateTimeOffset instant) => instant.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
