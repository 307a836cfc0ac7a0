using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Faults;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast faults ...</summary>
internal static class FaultsCommands
{
    public static Command Create(CliApp app) => CommandTree.Group("faults", "The catalogue of faults: what each code means and what to do", List(app), Show(app));

    private static CliCommand List(CliApp app)
    {
        var condition = new Option<string?>("--condition")
        {
            Description = "Only faults that stand for this condition of the troubleshooting guide, such as B01", HelpName = "ID",
        };
        var area = new Option<string?>("--area") { Description = "Only faults of this area, such as agent or network", HelpName = "AREA" };
        condition.CompletionSources.Add(_ => Entries.SelectMany(e => e.Conditions).Distinct().Order(StringComparer.Ordinal).Select(c => new CompletionItem(c)));
        area.CompletionSources.Add(_ => Entries.Select(e => e.Area).Distinct().Select(a => new CompletionItem(a)));
        var command = new CliCommand("list", "List the faults of the catalogue")
        {
            Examples = ["holdfast faults list", "holdfast faults list --condition B24 --lang zh-TW", "holdfast faults list --area network"],
            MoreExitCodes = [ExitCode.NotFound],
        }.With(condition, area);
        app.Handle(command, (run, _) =>
        {
            var entries = Entries
                .Where(e => run.Value(condition) is not { } id || e.Conditions.Contains(id, StringComparer.OrdinalIgnoreCase))
                .Where(e => run.Value(area) is not { } name || e.Area.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
            if (entries.Count == 0)
            {
                throw InputFaults.FaultCodeUnknown(string.Join(' ', new[] { run.Value(condition), run.Value(area) }.OfType<string>())).ToException();
            }

            var labels = FaultLabels.Of(run.Report.Language);
            if (run.Report.IsJson)
            {
                run.Report.Json(new([.. entries.Select(e => FaultEntryDocument.Of(e, run.Report.Language))]), CliJson.Default.FaultEntriesDocument);
            }
            else
            {
                run.Report.Table([labels.Number, labels.Code, labels.Severity, labels.Conditions, labels.Message], entries.Select(e => (IReadOnlyList<string>)
                [
                    e.Number.ToString(CultureInfo.InvariantCulture), e.Code.Value, labels.Of(e.Severity), string.Join(',', e.Conditions),
                    e.Templates[run.Report.Language].Message,
                ]));
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static CliCommand Show(CliApp app)
    {
        var code = new Argument<string>("CODE") { Description = "Code or number of the fault" };
        code.CompletionSources.Add(_ => Entries.Select(e => new CompletionItem(e.Code.Value)));
        var command = new CliCommand("show", "Show one fault: how it shows, why, what to do, and how it is detected")
        {
            Examples = ["holdfast faults show UserErrorVmNotFoundV2", "holdfast faults show 3006 --lang zh-TW"], MoreExitCodes = [ExitCode.NotFound],
        }.With(code);
        app.Handle(command, (run, _) =>
        {
            var wanted = run.Value(code)!;
            var entry = Entries.FirstOrDefault(e =>
                    e.Code.Value.Equals(wanted, StringComparison.OrdinalIgnoreCase) || e.Number.ToString(CultureInfo.InvariantCulture) == wanted)
                ?? throw InputFaults.FaultCodeUnknown(wanted).ToException();
            if (run.Report.IsJson)
            {
                run.Report.Json(FaultEntryDocument.Of(entry, run.Report.Language), CliJson.Default.FaultEntryDocument);
            }
            else
            {
                run.Report.Line(EntryText.Write(entry, run.Report.Language));
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static IReadOnlyList<FaultEntry> Entries => FaultCatalogue.Shared.Entries;
}
