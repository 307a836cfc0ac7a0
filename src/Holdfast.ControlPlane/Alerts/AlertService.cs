using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Alerts;

/// <summary>
/// Raises and resolves alerts once a minute and tells the channels. Every node does so: the database refuses a second alert of the same key, and an alert is
/// claimed before it is told, so that one node tells it. A channel that fails is tried again; the others aren't told twice.
/// </summary>
public sealed partial class AlertService(
    IDbContextFactory<ControlPlaneContext> database, AlertConditions conditions, AlertChannels channels, AlertDigest digest, AlertSettings settings,
    AuditLog audit, TimeProvider time, ILogger<AlertService> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ClaimedFor = TimeSpan.FromMinutes(5);

    // What no channel took for so long is given up; the alert stays in the database and the log.
    private static readonly TimeSpan TriedFor = TimeSpan.FromHours(24);
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    private FaultLanguage Language => FaultLanguages.Best(settings.Language);

    /// <summary>Does what is to be done now.</summary>
    public async Task RunOnceAsync(CancellationToken ct)
    {
        await UpdateAsync(await conditions.ReadAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        await TellAsync(ct).ConfigureAwait(false);
        await digest.SendIfDueAsync(ct).ConfigureAwait(false);
        await audit.PurgeAsync(ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await RunOnceAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is DbUpdateException or System.Data.Common.DbException or FaultException or InvalidOperationException)
            {
                LogFailed(e);
            }
        }
    }

    private async Task UpdateAsync(IReadOnlyList<AlertCondition> now, CancellationToken ct)
    {
        var instant = time.GetUtcNow();
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var plan = AlertPlan.Of(now, await db.Alerts.Where(a => a.ActiveKey != null).ToListAsync(ct).ConfigureAwait(false));
            foreach (var (alert, fault) in plan.Change)
                alert.Fault = fault;
            foreach (var alert in plan.Resolve)
            {
                (alert.ActiveKey, alert.ResolvedUtc) = (null, instant);

                // Who was never told that it began needn't be told that it is over.
                alert.IsDone = alert.Told.Count == 0;
                LogResolved(alert.Fault.Code.Value, alert.AlertId);
            }

            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            foreach (var condition in plan.Raise)
                await RaiseAsync(condition, instant, ct).ConfigureAwait(false);
            var oldest = instant - KeptFor;
            await db.Alerts.Where(a => a.IsDone && a.RaisedUtc < oldest).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        }
    }

    private async Task RaiseAsync(AlertCondition condition, DateTimeOffset now, CancellationToken ct)
    {
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            db.Alerts.Add(new AlertRow
            {
                AlertId = Guid.NewGuid(), ActiveKey = condition.Key, Kind = condition.Kind, VaultId = condition.VaultId, Fault = condition.Fault,
                IsEvent = condition.IsEvent, RaisedUtc = now,
            });
            try
            {
                await db.SaveChangesAsync(ct).ConfigureAwait(false);
                LogRaised(condition.Kind, FaultCatalogue.Shared.Render(condition.Fault, FaultLanguage.English).ToLogLine());
            }
            catch (DbUpdateException) when (!ct.IsCancellationRequested)
            {
                // Another node was faster.
            }
        }
    }

    private async Task TellAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var ids = await db.Alerts.Where(a => !a.IsDone && (a.ClaimedUntilUtc == null || a.ClaimedUntilUtc < now)).OrderBy(a => a.RaisedUtc)
                .Select(a => a.AlertId).ToListAsync(ct).ConfigureAwait(false);
            foreach (var id in ids)
            {
                var until = now + ClaimedFor;
                var claimed = await db.Alerts.Where(a => a.AlertId == id && !a.IsDone && (a.ClaimedUntilUtc == null || a.ClaimedUntilUtc < now))
                    .ExecuteUpdateAsync(s => s.SetProperty(a => a.ClaimedUntilUtc, until), ct).ConfigureAwait(false);
                if (claimed == 1)
                    await TellAsync(db, await db.Alerts.SingleAsync(a => a.AlertId == id, ct).ConfigureAwait(false), now, ct).ConfigureAwait(false);
            }
        }
    }

    private async Task TellAsync(ControlPlaneContext db, AlertRow alert, DateTimeOffset now, CancellationToken ct)
    {
        var vault = alert.VaultId is { } id ? await db.Vaults.AsNoTracking().FirstOrDefaultAsync(v => v.VaultId == id, ct).ConfigureAwait(false) : null;
        var told = channels.For(vault);
        var (sent, all) = await SendAsync(told.Where(c => !alert.Told.Contains(c.Name)), AlertMessage.Of(alert, vault?.Name, ended: false, Language), ct).ConfigureAwait(false);
        alert.Told = [.. alert.Told, .. sent];
        if (all && alert.ResolvedUtc is not null)
        {
            var ending = told.Where(c => alert.Told.Contains(c.Name) && !alert.ToldOfEnd.Contains(c.Name));
            (sent, all) = await SendAsync(ending, AlertMessage.Of(alert, vault?.Name, ended: true, Language), ct).ConfigureAwait(false);
            alert.ToldOfEnd = [.. alert.ToldOfEnd, .. sent];
        }

        var over = alert.IsEvent || alert.ResolvedUtc is not null;
        alert.IsDone = (all && over) || (!all && now - (alert.ResolvedUtc ?? alert.RaisedUtc) > TriedFor && over);
        alert.ClaimedUntilUtc = null;
        await db.SaveChangesAsync(ct).ConfigureAwait(false);
    }

    private async Task<(IReadOnlyList<string> Sent, bool All)> SendAsync(IEnumerable<IAlertChannel> to, AlertMessage message, CancellationToken ct)
    {
        var sent = new List<string>();
        var all = true;
        foreach (var channel in to)
        {
            try
            {
                await channel.SendAsync(message, ct).ConfigureAwait(false);
                sent.Add(channel.Name);
            }
            catch (FaultException e)
            {
                all = false;
                LogNotSent(FaultCatalogue.Shared.Render(e.Fault, FaultLanguage.English).ToLogLine());
            }
        }

        return (sent, all);
    }

    [LoggerMessage(3030, LogLevel.Warning, "alert: {Kind}: {Text}")]
    private partial void LogRaised(AlertKind kind, string text);

    [LoggerMessage(3031, LogLevel.Information, "alert over: {Code} ({AlertId})")]
    private partial void LogResolved(string code, Guid alertId);

    [LoggerMessage(3032, LogLevel.Error, "{Text} Backups go on; nobody hears of it there until it works again.")]
    private partial void LogNotSent(string text);

    [LoggerMessage(3033, LogLevel.Error, "Alerts couldn't be looked after; it is tried again in a minute. Look at the database.")]
    private partial void LogFailed(Exception e);
}
