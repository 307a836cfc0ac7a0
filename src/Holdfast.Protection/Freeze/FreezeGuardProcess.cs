using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;

namespace Holdfast.Protection.Freeze;

/// <summary>The guard process: thaws a guest whose node died, was stopped, or took too long. See the room's README, INV-F1 to INV-F5.</summary>
/// <remarks>
/// The dialogue, in lines: the order (JSON); <c>armed</c> or <c>failed REASON</c> back; <c>freezing</c> before the freeze is sent; <c>disarm</c>
/// after the thaw; <c>disarmed</c>, or <c>disarmed thawed</c> if the guard had acted meanwhile, back. The pipe's end before
/// <c>freezing</c> means that nothing was frozen; after it, that the node is gone and the guest is to be thawed. On the deadline the guard
/// thaws and stays: a stopped node that wakes up may send its freeze even then.
/// </remarks>
public static partial class FreezeGuardProcess
{
    private static readonly PosixSignal[] Ignored = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT, PosixSignal.SIGTSTP];

    /// <summary>Runs a guard on this process's standard streams, before any other signal handling is set up: leaves the session and ignores signals.</summary>
    /// <returns>The exit code: 0 unless no guard could be armed.</returns>
    public static async Task<int> RunAsProcessAsync(Stream input, Stream output, IGuardedGuestConnector connector, CancellationToken ct)
    {
        var registrations = Ignored.Select(signal => PosixSignalRegistration.Create(signal, static context => context.Cancel = true)).ToArray();
        GuardNative.LeaveSession();
        var exitCode = await RunAsync(input, output, connector, TimeProvider.System, ct);
        foreach (var registration in registrations)
            registration.Dispose();
        return exitCode;
    }

    internal static async Task<int> RunAsync(Stream input, Stream output, IGuardedGuestConnector connector, TimeProvider clock, CancellationToken ct)
    {
        if (await GuardLines.ReadAsync(input, ct) is not { } line)
            return 0;
        if (FreezeJson.TryRead(Encoding.UTF8.GetBytes(line), FreezeJson.Default.GuardOrder) is not { IsSane: true } order)
        {
            await GuardLines.WriteAsync(output, GuardLines.Failed + "the order can't be read", ct);
            return 1;
        }
        try
        {
            // Only a guest that can be reached now is guarded; the connection for the thaw is a new one, as this may have died by then.
            var guest = await Task.Run(() => connector.ConnectAsync(order.Uri, order.Domain, ct), ct).WaitAsync(GuestThawer.AttemptLimit, clock, ct);
            await guest.DisposeAsync();
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            await GuardLines.WriteAsync(output, GuardLines.Failed + e.Message.ReplaceLineEndings(" "), ct);
            return 1;
        }
        await GuardLines.WriteAsync(output, GuardLines.Armed, ct);
        await new Watch(input, output, order, new GuestThawer(connector, clock), clock).RunAsync(ct);
        return 0;
    }

    private sealed class Watch(Stream input, Stream output, GuardOrder order, GuestThawer thawer, TimeProvider clock)
    {
        private readonly Channel<string?> _lines = Channel.CreateUnbounded<string?>(new UnboundedChannelOptions { SingleReader = true });

        // INV-F3: once the freeze is announced this ends only after 'disarm', or with the guest thawed or gone.
        public async Task RunAsync(CancellationToken ct)
        {
            _ = PumpAsync(ct);
            if (await _lines.Reader.ReadAsync(ct) is not GuardLines.Freezing)
            {
                await GuardLines.WriteAsync(output, GuardLines.Disarmed, ct);
                return;
            }
            var acted = false;
            while (true)
            {
                if (!await SaidInTimeAsync(ct))
                {
                    acted = true;
                    if (!await ThawUnlessToldAsync(ct))
                        continue;
                }
                if (await _lines.Reader.ReadAsync(ct) is GuardLines.Disarm)
                {
                    await GuardLines.WriteAsync(output, acted ? GuardLines.DisarmedAfterThaw : GuardLines.Disarmed, ct);
                    return;
                }
                await thawer.ThawAsync(order.Uri, order.Domain, ct);
                FreezeIntentStore.RemoveFile(order.IntentPath);
                return;
            }
        }

        private async Task PumpAsync(CancellationToken ct)
        {
            string? line;
            do
            {
                line = await GuardLines.ReadAsync(input, ct);
                await _lines.Writer.WriteAsync(line, ct);
            }
            while (line is not null);
        }

        private async Task<bool> SaidInTimeAsync(CancellationToken ct)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var said = _lines.Reader.WaitToReadAsync(waiting.Token).AsTask();
            var deadline = Task.Delay(TimeSpan.FromSeconds(order.DeadlineSeconds), clock, waiting.Token);
            var first = await Task.WhenAny(said, deadline);
            await waiting.CancelAsync();
            ct.ThrowIfCancellationRequested();
            return first == said;
        }

        // True: the node said something (or ended) meanwhile; false: the guest is thawed, and the node still silent.
        private async Task<bool> ThawUnlessToldAsync(CancellationToken ct)
        {
            using var told = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var thaw = thawer.ThawAsync(order.Uri, order.Domain, told.Token);
            var said = _lines.Reader.WaitToReadAsync(told.Token).AsTask();
            var first = await Task.WhenAny(thaw, said);
            await told.CancelAsync();
            await ((Task)thaw).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)said).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ct.ThrowIfCancellationRequested();
            return first == said;
        }
    }
}
