using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Invocation;
using Holdfast.Faults;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast faults ...</summary>
internal static class FaultsCommands
{
    public static Command Create(CliApp app) => CommandTree.Group("faults", "The catalogue of faults: what each code means and what to do", List(app), Show(app));

    private static CliCommand List(CliApp app)
    {
        var command = new CliCommand("list", "List all faults") { Examples = ["holdfast faults list", "holdfast faults list --lang zh-TW"] };
        app.Handle(command, (run, _) =>
        {
            var entries = FaultCatalogue.Shared.Entries;
            if (run.Report.IsJson)
            {
                run.Report.Json(new([.. entries.Select(e => Document(e, run.Report.Language))]), CliJson.Default.FaultEntriesDocument);
            }
            else
            {
                run.Report.Table(["number", "code", "severity", "message"], entries.Select(e => (IReadOnlyList<string>)
                    [e.Number.ToString(CultureInfo.InvariantCulture), e.Code.Value, e.Severity.ToString(), e.Templates[run.Report.Language].Message]));
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static CliCommand Show(CliApp app)
    {
        var code = new Argument<string>("CODE") { Description = "Code or number of the fault" };
        code.CompletionSources.Add(_ => FaultCatalogue.Shared.Entries.Select(e => new System.CommandLine.Completions.CompletionItem(e.Code.Value)));
        var command = new CliCommand("show", "Explain one fault")
        {
            Examples = ["holdfast faults show UserErrorVmNotFoundV2"], MoreExitCodes = [ExitCode.NotFound],
        }.With(code);
        app.Handle(command, (run, _) =>
        {
            var wanted = run.Value(code)!;
            var entry = FaultCatalogue.Shared.Entries.FirstOrDefault(e =>
                    e.Code.Value.Equals(wanted, StringComparison.OrdinalIgnoreCase) || e.Number.ToString(CultureInfo.InvariantCulture) == wanted)
                ?? throw InputFaults.FaultCodeUnknown(wanted).ToException();
            if (run.Report.IsJson)
            {
                run.Report.Json(Document(entry, run.Report.Language), CliJson.Default.FaultEntryDocument);
                return Task.FromResult(ExitCode.Done);
            }

            var template = entry.Templates[run.Report.Language];
            var text = new FaultText(run.Report.Language, entry.Code, entry.Number, entry.Severity, entry.Retry, entry.RetryAfter, template.Message, template.Cause, template.Actions);
            run.Report.Line(text.ToPlainText().TrimEnd('\n'));
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static FaultEntryDocument Document(FaultEntry e, FaultLanguage language)
    {
        var template = e.Templates[language];
        return new(e.Code.Value, e.Number, e.Area, Camel(e.Severity), Camel(e.Retry), template.Message, template.Cause, template.Actions);
    }

    private static string Camel<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
