using System.Runtime.InteropServices;

namespace Holdfast.Cli.Invocation;

/// <summary>
/// Turns SIGINT, SIGTERM and SIGHUP into a cancellation. The process is never ended by them: what is under way is undone first,
/// and a second signal changes nothing.
/// </summary>
internal sealed class SignalCancellation : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations;
    private readonly TextWriter messages;

    public SignalCancellation(TextWriter messages)
    {
        this.messages = messages;
        registrations =
        [
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, OnSignal)),
        ];
    }

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        registrations.ForEach(r => r.Dispose());
        source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (source.IsCancellationRequested)
        {
            messages.WriteLine("still cancelling: what was begun is being undone");
            return;
        }

        messages.WriteLine("cancelling ...");

        // Callbacks run elsewhere: a signal handler must not be held up by them.
        _ = source.CancelAsync();
    }
}
