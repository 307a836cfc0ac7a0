using Holdfast.Cli.Invocation;
using Holdfast.Vault;

namespace Holdfast.Cli.Rendering;

/// <summary>Shows on standard error how far a check is: a line now and then.</summary>
internal sealed class CheckProgress(string title, Settings settings, Terminal terminal) : IProgress<VerifyProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private long lastLine = terminal.Time.GetTimestamp();

    public void Report(VerifyProgress value)
    {
        lock (gate)
        {
            var now = terminal.Time.GetTimestamp();
            if (settings.Quiet || terminal.Time.GetElapsedTime(lastLine, now) < Interval)
            {
                return;
            }

            lastLine = now;
            terminal.Error.WriteLine($"{title}: {Figures.Size(value.BytesDone)}" + (value.BytesTotal > 0 ? $" of {Figures.Size(value.BytesTotal)}" : ""));
        }
    }
}
