using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Schedule;
using Holdfast.Faults;
using Holdfast.Protection;
using Holdfast.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Vaults;

/// <summary>Once a day: gives the space of deleted points back, vault after vault. The vault's own lease keeps collections apart.</summary>
internal sealed partial class SpaceTask(ControlPlaneDatabase database, OpenVaults vaults, ILogger<SpaceTask> logger) : IMaintenanceTask
{
    public string Name => "vault-space";

    public TimeSpan Interval => TimeSpan.FromDays(1);

    public async Task RunAsync(CancellationToken ct)
    {
        List<VaultRow> rows;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            rows = await db.Vaults.AsNoTracking().ToListAsync(ct).ConfigureAwait(false);
        foreach (var row in rows)
        {
            try
            {
                var result = await FaultMapping.GuardAsync(() => CollectAsync(row, ct), new FaultSubject { VaultPlace = row.StorePath }).ConfigureAwait(false);
                LogDone(row.Name, result.PacksDropped, result.DroppedBytes - result.RepackedBytes, result.PacksCondemned);
                if (result.Unreadable.Count > 0)
                    LogUnreadable(row.Name, string.Join(", ", result.Unreadable.Select(p => p.PointId)));
            }
            catch (FaultException e)
            {
                // One vault that can't be reached doesn't keep the others from their space.
                LogFailed(e, row.Name);
            }
        }
    }

    private async Task<GcResult> CollectAsync(VaultRow row, CancellationToken ct)
    {
        var vault = await vaults.OpenAsync(row, ct).ConfigureAwait(false);
        return await vault.CollectGarbageAsync(
            new GcOptions { DeadSessions = new DeadSessionOptions { WatchHeartbeats = true } }, null, ct).ConfigureAwait(false);
    }

    [LoggerMessage(7531, LogLevel.Information, "Vault {Vault}: {Packs} packs were dropped, which freed {Bytes} bytes; {Condemned} are condemned for the next round.")]
    private partial void LogDone(string vault, int packs, long bytes, int condemned);

    [LoggerMessage(7532, LogLevel.Error, "Vault {Vault} gives no space back: points {Points} can't be read, so what they need isn't known. Verify the vault; bring them back from a copy, or delete them.")]
    private partial void LogUnreadable(string vault, string points);

    [LoggerMessage(7533, LogLevel.Error, "The space of vault {Vault} couldn't be collected; nothing was lost by that, and it is tried again in a day.")]
    private partial void LogFailed(Exception e, string vault);
}
