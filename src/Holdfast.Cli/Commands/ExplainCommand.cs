using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Faults;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast explain: from a code or a pasted error text to what it means and what to do.</summary>
internal static class ExplainCommand
{
    private const string FromInput = "-";
    private const int InputCharactersMax = 16_384;

    public static CliCommand Create(CliApp app)
    {
        var text = new Argument<string[]>("TEXT")
        {
            Description = "A code or number, of Holdfast or of Azure, or an error text in English or Chinese; - reads it from standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var max = new Option<int>("--max") { Description = "At most so many faults", HelpName = "N", DefaultValueFactory = _ => 3, CustomParser = Parsers.Number(1, 20) };
        var command = new CliCommand("explain", "Explain an error: what it means and what to do; also for backups that run in Azure itself")
        {
            Examples =
            [
                "holdfast explain UserErrorFsFreezeFailed", "holdfast explain \"VM agent of web1 is not responding\"",
                "holdfast explain 找不到虛擬機器 --lang zh-TW", "journalctl -u holdfast -n 1 -o cat | holdfast explain -",
            ],
            MoreExitCodes = [ExitCode.NotFound],
        }.With(text, max);
        app.Handle(command, async (run, ct) =>
        {
            var words = run.Value(text)!;
            var matches = FaultFinder.Shared.Find(words is [FromInput] ? await ReadAsync(run.Terminal.In, ct) : string.Join(' ', words), run.Value(max));
            if (run.Report.IsJson)
            {
                run.Report.Json(new([.. matches.Select(m => FaultMatchDocument.Of(m, run.Report.Language))]), CliJson.Default.FaultMatchesDocument);
            }
            else if (matches.Count > 0)
            {
                run.Report.Line(string.Join("\n\n", matches.Select(m => EntryText.Write(m.Entry, run.Report.Language))));
            }

            if (matches.Count > 0)
            {
                return ExitCode.Done;
            }

            var nothing = InputFaults.NothingExplains();
            run.Report.Explain(nothing);
            return ExitCodes.Of(nothing);
        });
        return command;
    }

    private static async Task<string> ReadAsync(TextReader input, CancellationToken ct)
    {
        var buffer = new char[InputCharactersMax];
        return new(buffer, 0, await input.ReadBlockAsync(buffer, ct));
    }
}
