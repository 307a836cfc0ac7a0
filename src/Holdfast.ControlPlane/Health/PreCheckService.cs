using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Health;

/// <summary>
/// Examines each protected item now and then, before its next backup would fail: what it finds is the item's health. It reads only, runs nothing in guests unless the node
/// is set up so, keeps off VMs with a running job, and ends when one begins.
/// </summary>
public sealed partial class PreCheckService(
    PreChecks checks, ItemExamination examination, NodePresence presence, ControlPlaneOptions options, TimeProvider time, ILogger<PreCheckService> log)
    : BackgroundService
{
    private const int RoundMax = 64;
    private const int AtOnce = 4;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly Random _random = Random.Shared;

    /// <summary>Examines what is due and what this node can look at.</summary>
    /// <returns>How many were examined.</returns>
    public async Task<int> RunRoundAsync(CancellationToken ct)
    {
        var due = await checks.ListDueAsync(RoundMax, ct).ConfigureAwait(false);
        if (due.Count == 0)
            return 0;
        if (await presence.ReachedAsync(ct).ConfigureAwait(false) is not { } reached)
            return 0;
        var examined = 0;
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (item, token) =>
        {
            if (await MayLookAsync(item, reached, token).ConfigureAwait(false)
                && await checks.ClaimAsync(item, time.GetUtcNow() + options.PreCheckInterval + (options.PreCheckJitter * _random.NextDouble()), token).ConfigureAwait(false))
            {
                await ExamineAsync(item, token).ConfigureAwait(false);
                Interlocked.Increment(ref examined);
            }
        }).ConfigureAwait(false);
        return examined;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Half as often as for jobs: they go before.
        using var timer = new PeriodicTimer(options.QueueInterval * 2, time);
        do
        {
            try
            {
                await RunRoundAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The database may be away for a while.
                LogRoundFailed(log, e);
            }
        }
        while (await WaitAsync(timer, stoppingToken).ConfigureAwait(false));
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken ct)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // A node that reaches the host goes before one that doesn't; where none does, any of them says so.
    private async Task<bool> MayLookAsync(ProtectedItemRow item, IReadOnlySet<Guid> reached, CancellationToken ct) =>
        item.HostId is not { } host || reached.Contains(host) || !await presence.IsReachedByAnyAsync(host, ct).ConfigureAwait(false);

    private async Task ExamineAsync(ProtectedItemRow item, CancellationToken ct)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        end.CancelAfter(Limit);
        try
        {
            var found = await GivingWayAsync(item, examination.ExamineAsync(item, end.Token), end, ct).ConfigureAwait(false);
            await checks.StoreAsync(item, found, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            if (await checks.HasJobAsync(item, ct).ConfigureAwait(false))
                await checks.GiveBackAsync(item, ct).ConfigureAwait(false);
            else
                await checks.StoreAsync(item, [NotRun(item, FormattableString.Invariant($"it took longer than {Limit.TotalSeconds:0} s"))], ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FaultException or LibvirtException)
        {
            LogNotExamined(log, e, item.VmName);
            await checks.StoreAsync(item, [(e as FaultException)?.Fault ?? NotRun(item, e.Message)], ct).ConfigureAwait(false);
        }
    }

    // The examination is ended when a job begins on the item: the job may be about to freeze the guest.
    private async Task<IReadOnlyList<Fault>> GivingWayAsync(
        ProtectedItemRow item, Task<IReadOnlyList<Fault>> examining, CancellationTokenSource end, CancellationToken ct)
    {
        while (!examining.IsCompleted)
        {
            await Task.WhenAny(examining, Task.Delay(options.QueueInterval, time, ct)).ConfigureAwait(false);
            if (!examining.IsCompleted && await checks.HasJobAsync(item, ct).ConfigureAwait(false))
                await end.CancelAsync().ConfigureAwait(false);
        }

        return await examining.ConfigureAwait(false);
    }

    private static Fault NotRun(ProtectedItemRow item, string reason) => HealthFaults.CheckNotRun("pre-check", item.VmName, reason);

    [LoggerMessage(7701, LogLevel.Error, "Pre-checks couldn't be done; items keep their last known health, and it is tried again")]
    private static partial void LogRoundFailed(ILogger log, Exception e);

    [LoggerMessage(7702, LogLevel.Warning, "The pre-check of {Item} couldn't be done: its health says so, and the next one tries again")]
    private static partial void LogNotExamined(ILogger log, Exception e, string item);
}
