using System.CommandLine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Faults;
using Spectre.Console;

namespace Holdfast.Cli.Commands;

/// <summary>Asks before something that can't be undone.</summary>
internal static class Confirmation
{
    public static Option<bool> Option() => new("--yes", "-y") { Description = "Don't ask" };

    public static async Task AskAsync(CommandRun run, bool yes, string question, CancellationToken ct)
    {
        if (yes)
        {
            return;
        }

        question = CliWords.Sentence(run.Report.Language, question);
        if (!run.Terminal.CanAsk)
        {
            throw InputFaults.ConfirmationNeeded(question).ToException();
        }

        var console = run.Terminal.ConsoleOn(run.Terminal.Error, run.Settings.Colour);
        if (!await console.PromptAsync(new ConfirmationPrompt(Markup.Escape(question)) { DefaultValue = false }, ct))
        {
            throw InputFaults.Cancelled().ToException();
        }
    }
}
