using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Alerts;

/// <summary>Once a day, how things stand: what was backed up, what failed, and what is still open. Also when all is well: silence would look the same as a dead node.</summary>
public sealed partial class AlertDigest(
    IDbContextFactory<ControlPlaneContext> database, AlertChannels channels, AlertSettings settings, TimeProvider time, ILogger<AlertDigest> log)
{
    private const string SentSetting = "alerts.digest";

    /// <summary>Sends it if today's is due and no node has sent it.</summary>
    public async Task SendIfDueAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (settings.DigestAt is not { } at || TimeOnly.FromTimeSpan(now.UtcDateTime.TimeOfDay) < TimeOnly.ParseExact(at, "HH:mm", CultureInfo.InvariantCulture))
            return;
        var day = now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (!await ClaimAsync(day, ct).ConfigureAwait(false))
            return;
        var message = await ReadAsync(day, now, ct).ConfigureAwait(false);
        foreach (var channel in channels.Default)
        {
            try
            {
                await channel.SendAsync(message, ct).ConfigureAwait(false);
            }
            catch (FaultException e)
            {
                // The next one comes tomorrow; what it would have told stands in the database.
                LogNotSent(FaultCatalogue.Shared.Render(e.Fault, FaultLanguage.English).ToLogLine());
            }
        }
    }

    private async Task<bool> ClaimAsync(string day, CancellationToken ct)
    {
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            if (!await db.Settings.AnyAsync(s => s.Name == SentSetting, ct).ConfigureAwait(false))
            {
                db.Settings.Add(new SettingRow { Name = SentSetting, Value = day });
                try
                {
                    await db.SaveChangesAsync(ct).ConfigureAwait(false);
                    return true;
                }
                catch (DbUpdateException)
                {
                    return false;
                }
            }

            return await db.Settings.Where(s => s.Name == SentSetting && s.Value != day).ExecuteUpdateAsync(s => s.SetProperty(r => r.Value, day), ct).ConfigureAwait(false) == 1;
        }
    }

    private async Task<AlertMessage> ReadAsync(string day, DateTimeOffset now, CancellationToken ct)
    {
        var since = now - TimeSpan.FromDays(1);
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var items = await db.Items.AsNoTracking().Where(i => i.DeletedUtc == null).ToListAsync(ct).ConfigureAwait(false);
            var ended = await db.Jobs.AsNoTracking().Where(j => j.EndUtc > since).GroupBy(j => j.Status).Select(g => new { g.Key, Count = g.Count() })
                .ToListAsync(ct).ConfigureAwait(false);
            var open = await db.Alerts.AsNoTracking().Where(a => a.ActiveKey != null && !a.IsEvent).OrderBy(a => a.RaisedUtc).ToListAsync(ct).ConfigureAwait(false);
            var language = FaultLanguages.Best(settings.Language);
            var chinese = language == FaultLanguage.TraditionalChinese;
            var scheduled = items.Count(i => i.IsScheduled);
            var failed = ended.Where(e => e.Key == JobStatus.Failed).Sum(e => e.Count);
            var done = ended.Where(e => e.Key is JobStatus.Completed or JobStatus.CompletedWithWarnings).Sum(e => e.Count);

            var text = new StringBuilder();
            text.AppendLine(CultureInfo.InvariantCulture, $"{(chinese ? "受保護的項目" : "Protected items")}: {scheduled}");
            text.AppendLine(CultureInfo.InvariantCulture, $"{(chinese ? "過去 24 小時完成的工作" : "Jobs completed in the last 24 hours")}: {done}");
            text.AppendLine(CultureInfo.InvariantCulture, $"{(chinese ? "過去 24 小時失敗的工作" : "Jobs failed in the last 24 hours")}: {failed}");
            text.AppendLine(CultureInfo.InvariantCulture, $"{(chinese ? "未解決的警示" : "Open alerts")}: {open.Count}");
            foreach (var alert in open)
                text.AppendLine().Append(FaultCatalogue.Shared.Render(alert.Fault, language).ToPlainText());
            var json = new JsonObject
            {
                ["id"] = "digest-" + day, ["state"] = "digest", ["day"] = day, ["items"] = scheduled, ["completed"] = done, ["failed"] = failed,
                ["open"] = new JsonArray([.. open.Select(a => (JsonNode)a.Fault.Code.Value)]),
            };
            var subject = chinese ? $"[Holdfast] {day} 摘要：{open.Count} 個未解決的警示" : $"[Holdfast] Digest of {day}: {open.Count} open alerts, {failed} failed jobs";
            return new AlertMessage("digest-" + day, "digest", subject, text.ToString(), json);
        }
    }

    [LoggerMessage(3034, LogLevel.Error, "{Text} Today's digest is lost there; alerts are told by themselves.")]
    private partial void LogNotSent(string text);
}
