using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Vault;

namespace Holdfast.Cli.Rendering;

/// <summary>Shows on standard error how far a collection is: a line for each stage, and one now and then.</summary>
internal sealed class SpaceProgress(string title, Settings settings, Terminal terminal) : IProgress<GcProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private GcStage? stage;
    private long lastLine;

    public void Report(GcProgress value)
    {
        if (settings.Quiet)
        {
            return;
        }

        lock (gate)
        {
            var now = terminal.Time.GetTimestamp();
            if (stage == value.Stage && terminal.Time.GetElapsedTime(lastLine, now) < Interval)
            {
                return;
            }

            (stage, lastLine) = (value.Stage, now);
            terminal.Error.WriteLine($"{title}: " + CliWords.Sentence(settings.Language, value.Stage switch
            {
                GcStage.Mark => $"reading maps: {value.Done} of {value.Total} points",
                GcStage.Repack => $"writing anew: {Figures.Size(value.Done)} of about {Figures.Size(value.Total)}",
                _ => $"dropping packs: {value.Done} of {value.Total}",
            }));
        }
    }
}
