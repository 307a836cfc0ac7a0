using Holdfast.ControlPlane.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Access;

/// <summary>The log of every change and every attempt at one, in the database that the nodes share, and in the node's own log.</summary>
public sealed partial class AuditLog(IDbContextFactory<ControlPlaneContext> database, TimeProvider time, ILogger<AuditLog> log)
{
    /// <summary>How long entries are kept.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(400);

    private const int TextMax = 1024;

    /// <summary>
    /// Adds an entry. An entry that can't be stored is logged as an error and doesn't undo what it tells of: that has happened.
    /// </summary>
    public async Task RecordAsync(
        string who, string whoName, string from, string action, string target, AuditOutcome outcome, string detail, CancellationToken ct)
    {
        var row = new AuditRow
        {
            WhenUtc = time.GetUtcNow(), Who = Bounded(who), WhoName = Bounded(whoName), From = Bounded(from), Action = Bounded(action),
            Target = Bounded(target), Outcome = outcome, Detail = Bounded(detail),
        };
        LogEntry(row.Outcome, row.WhoName, row.Who, row.From, row.Action, row.Target, row.Detail);
        try
        {
            var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
            await using (db.ConfigureAwait(false))
            {
                db.Audit.Add(row);
                await db.SaveChangesAsync(ct).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (ControlPlaneDatabase.IsFailure(e))
        {
            LogLost(e, row.Action, row.Target);
        }
    }

    /// <summary>The latest entries, the youngest first.</summary>
    /// <param name="before">Only entries before this one; null for the latest.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<AuditRow>> ListAsync(long? before, int count, CancellationToken ct)
    {
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await db.Audit.AsNoTracking().Where(a => before == null || a.AuditId < before)
                .OrderByDescending(a => a.AuditId).Take(count).ToListAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>Removes entries that are older than <see cref="KeptFor"/>; gives how many.</summary>
    public async Task<int> PurgeAsync(CancellationToken ct)
    {
        var oldest = time.GetUtcNow() - KeptFor;
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
            return await db.Audit.Where(a => a.WhenUtc < oldest).ExecuteDeleteAsync(ct).ConfigureAwait(false);
    }

    // What clients send must not be able to begin a line of its own in a log.
    private static string Bounded(string text)
    {
        var kept = text.Length > TextMax ? text[..TextMax] : text;
        return kept.Any(char.IsControl) ? string.Concat(kept.Select(c => char.IsControl(c) ? ' ' : c)) : kept;
    }

    [LoggerMessage(3010, LogLevel.Information, "audit: {Outcome}: {WhoName} ({Who}) from {From}: {Action} on {Target} {Detail}")]
    private partial void LogEntry(AuditOutcome outcome, string whoName, string who, string from, string action, string target, string detail);

    [LoggerMessage(3011, LogLevel.Error, "The audit log couldn't be written: {Action} on {Target} isn't recorded there. Look at the database.")]
    private partial void LogLost(Exception e, string action, string target);
}
