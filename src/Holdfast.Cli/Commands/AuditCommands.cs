using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Node;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast audit ...</summary>
internal static class AuditCommands
{
    private const int CountDefault = 50;
    private const int CountMax = 10_000;

    public static Command Create(CliApp app) => CommandTree.Group("audit", "Who changed what on a node", List(app));

    private static CliCommand List(CliApp app)
    {
        var options = new NodeOptions();
        var count = new Option<int>("--count") { Description = $"How many entries at most; {CountDefault} if not given", HelpName = "N", DefaultValueFactory = _ => CountDefault, CustomParser = Parsers.Number(1, CountMax) };
        var before = new Option<long?>("--before") { Description = "Only entries before this one: its id in --output json", HelpName = "ID", CustomParser = Parsers.Id };
        var command = new CliCommand("list", "List changes and attempts at them, the youngest first: who, what, when, from where, with what outcome")
        {
            Examples = ["holdfast audit list --data /srv/holdfast", "holdfast audit list --data /srv/holdfast --count 1000 --output json"],
            MoreExitCodes = [ExitCode.NotFound],
        }.With([.. options.OfDatabase, count, before]);
        app.Handle(command, async (run, ct) =>
        {
            var node = await NodeDatabase.OpenAsync(options.Read(run), run.Terminal.Time, ct);
            var entries = await node.Audit.ListAsync(run.Value(before), run.Value(count), ct);
            if (run.Report.IsJson)
                run.Report.Json(new AuditDocument([.. entries.Select(AuditEntryDocument.Of)]), CliJson.Default.AuditDocument);
            else
                run.Report.Table(["time", "who", "from", "outcome", "what", "target", "detail"], entries.Select(e => (IReadOnlyList<string>)
                    [Figures.Local(e.WhenUtc, run.Report.Time), e.WhoName, e.From, e.Outcome.ToString(), e.Action, e.Target, e.Detail]));
            return ExitCode.Done;
        });
        return command;
    }
}
