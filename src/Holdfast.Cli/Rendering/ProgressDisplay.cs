using System.Globalization;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Spectre.Console;

namespace Holdfast.Cli.Rendering;

/// <summary>Shows how far a run is on standard error: a bar with rate and time left on a terminal, a plain line now and then elsewhere.</summary>
internal static class ProgressDisplay
{
    public static async Task<T> RunAsync<T>(string title, Settings settings, Terminal terminal, Func<IProgress<RunProgress>, Task<T>> work)
    {
        if (settings.Quiet)
        {
            return await work(new NoProgress());
        }

        if (!terminal.ErrorIsTerminal)
        {
            return await work(new PlainProgress(title, settings.Language, terminal));
        }

        // The live display draws over what is written meanwhile; so the work's own messages come after it.
        return await terminal.ConsoleOn(terminal.Error, settings.Colour).Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(),
                new DownloadedColumn { Base = FileSizeBase.Binary }, new TransferSpeedColumn { Base = FileSizeBase.Binary }, new RemainingTimeColumn())
            .StartAsync(context => work(new LiveProgress(context, title, settings.Language)));
    }

    internal static string Words(RunStage stage, FaultLanguage language) => CliWords.In(language, stage switch
    {
        RunStage.Prepare => "preparing",
        RunStage.TakeSnapshot => "taking snapshot",
        RunStage.Transfer => "transferring data to vault",
        RunStage.Seal => "committing",
        RunStage.Verify => "verifying",
        RunStage.Restore => "restoring",
        RunStage.Finish => "finishing",
        _ => stage.ToString(),
    });

    private sealed class NoProgress : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
        }
    }

    private sealed class LiveProgress(ProgressContext context, string title, FaultLanguage language) : IProgress<RunProgress>
    {
        private readonly Lock gate = new();
        private ProgressTask? task;
        private RunStage? stage;

        public void Report(RunProgress value)
        {
            lock (gate)
            {
                if (stage != value.Stage)
                {
                    task?.StopTask();
                    stage = value.Stage;
                    task = context.AddTask(Markup.Escape(title + ": " + Words(value.Stage, language)));
                }

                task!.IsIndeterminate = value.TotalBytes == 0;
                task.MaxValue = Math.Max(1, value.TotalBytes);
                task.Value = value.DoneBytes;
            }
        }
    }

    private sealed class PlainProgress(string title, FaultLanguage language, Terminal terminal) : IProgress<RunProgress>
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

        private readonly Lock gate = new();
        private RunStage? stage;
        private long stageStart;
        private long lastLine;

        public void Report(RunProgress value)
        {
            lock (gate)
            {
                var now = terminal.Time.GetTimestamp();
                if (stage != value.Stage)
                {
                    (stage, stageStart, lastLine) = (value.Stage, now, now);
                    terminal.Error.WriteLine(title + ": " + Words(value.Stage, language));
                }
                else if (value.TotalBytes > 0 && terminal.Time.GetElapsedTime(lastLine, now) >= Interval)
                {
                    lastLine = now;
                    terminal.Error.WriteLine(Line(value, terminal.Time.GetElapsedTime(stageStart, now)));
                }
            }
        }

        private string Line(RunProgress value, TimeSpan elapsed)
        {
            var rate = value.DoneBytes / elapsed.TotalSeconds;
            var left = rate > 0 ? ", " + Figures.Duration(TimeSpan.FromSeconds((value.TotalBytes - value.DoneBytes) / rate)) + " left" : "";
            return string.Create(CultureInfo.InvariantCulture,
                $"{title}: {Words(value.Stage, language)}: {100.0 * value.DoneBytes / value.TotalBytes:0} % ({Figures.Size(value.DoneBytes)} of {Figures.Size(value.TotalBytes)}), {Figures.Rate(rate)}{left}");
        }
    }
}
