using System.Globalization;
using Holdfast.ControlPlane.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>
/// Whether this machine's clock is believed where data is to expire. A clock that is a year ahead, if only for the minute after a start until the network
/// corrects it, would end the life of nearly all recovery points and of all that was soft-deleted.
/// </summary>
/// <remarks>
/// The installation keeps the latest instant that a node's clock was believed at. A clock that is more than three days beyond it is believed if the system
/// says that it is synchronised, or once this node has run for a day without another node's having been believed. One that is behind makes nothing expire.
/// </remarks>
public sealed partial class ExpiryClock(
    ControlPlaneDatabase database, IClockSynchronisation synchronisation, TimeProvider time, ILogger<ExpiryClock> logger)
{
    private const string Setting = "expiry-clock";
    private static readonly TimeSpan JumpMax = TimeSpan.FromDays(3);
    private static readonly TimeSpan Wait = TimeSpan.FromDays(1);
    private static readonly TimeSpan WrittenEvery = TimeSpan.FromMinutes(10);

    // Since when (monotonic) the clock has been doubted, and what was believed then.
    private (DateTimeOffset Believed, long Since)? _doubt;

    /// <summary>Whether what is over by this clock may go.</summary>
    public async Task<bool> IsBelievedAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var row = await db.Settings.SingleOrDefaultAsync(s => s.Name == Setting, ct).ConfigureAwait(false);
            if (row is null)
                db.Add(row = new SettingRow { Name = Setting, Value = Text(now) });
            var believed = DateTimeOffset.ParseExact(row.Value, "O", CultureInfo.InvariantCulture);
            if (now - believed > JumpMax && !await MayJumpAsync(believed, ct).ConfigureAwait(false))
            {
                LogDoubted(now, believed);
                return false;
            }

            _doubt = null;
            if (now - believed > WrittenEvery)
                row.Value = Text(now);
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            return true;
        }
    }

    private async Task<bool> MayJumpAsync(DateTimeOffset believed, CancellationToken ct)
    {
        if (await synchronisation.IsSynchronisedAsync(ct).ConfigureAwait(false))
            return true;
        if (_doubt?.Believed != believed)
            _doubt = (believed, time.GetTimestamp());
        return time.GetElapsedTime(_doubt!.Value.Since) >= Wait;
    }

    private static string Text(DateTimeOffset instant) => instant.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);

    [LoggerMessage(7513, LogLevel.Warning, "This machine's clock says {Now}, days after the last time that it was believed ({Believed}), and isn't known to be synchronised. Nothing expires until it is, or for a day.")]
    private partial void LogDoubted(DateTimeOffset now, DateTimeOffset believed);
}
