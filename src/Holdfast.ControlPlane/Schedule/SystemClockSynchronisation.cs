using System.ComponentModel;
using Holdfast.Protection.Sources;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>
/// Asks systemd, which knows it of whichever program keeps the clock right. The kernel's own answer (adjtimex) is barred to a service that may not set
/// the clock.
/// </summary>
internal sealed class SystemClockSynchronisation : IClockSynchronisation
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task<bool> IsSynchronisedAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            await using var process = await BoundProcess.StartAsync("timedatectl", ["show", "--property=NTPSynchronized", "--value"]).ConfigureAwait(false);
            process.Input.Close();
            return await process.Output.ReadLineAsync(limit.Token).ConfigureAwait(false) is "yes";
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            // No systemd, or one that doesn't answer: it isn't known.
            return false;
        }
    }
}
