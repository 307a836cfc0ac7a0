using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Protection.Points;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast points prune</summary>
internal static class PruneCommand
{
    public static CliCommand Create(CliApp app)
    {
        var vm = CommandTree.Vm();
        string[] periods = ["last", "hourly", "daily", "weekly", "monthly", "yearly"];
        var keep = periods.Select(p => new Option<int>("--keep-" + p)
        {
            Description = p == "last" ? "Keep the newest N points" : $"Keep the newest point of each of the last N {Plural(p)} that have one",
            HelpName = "N", CustomParser = Parsers.Number(0, 100_000),
        }).ToArray();
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show what would be deleted" };
        var yes = Confirmation.Option();
        var command = new CliCommand("prune", "Delete points that no rule keeps; never a protected one, nor the last good one")
        {
            Examples = ["holdfast points prune web1 --keep-daily 7 --keep-weekly 4 --keep-monthly 12 --dry-run", "holdfast points prune web1 --keep-last 3 --yes"],
            MoreExitCodes = CliCommand.OnVault(),
        }.With([vm, .. keep, dryRun, yes]);
        command.Validators.Add(result =>
        {
            if (!keep.Any(k => Parsers.IsGiven(result, k)))
            {
                result.AddError("Say what to keep, for example --keep-daily 7.");
            }
        });
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(EngineNeeds.Vault | EngineNeeds.HostIfReachable, ct);
            var source = await engine.FindVmAsync(run.Value(vm)!, ct);
            var counts = keep.Select(k => run.Value(k)).ToArray();
            var decisions = await engine.PlanPruneAsync(
                source.Uuid, new PruneRule(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]), ct);
            if (!run.Report.IsJson)
            {
                run.Report.Table(["point", "taken", "", "why"], decisions.Select(d => (IReadOnlyList<string>)
                [
                    d.Point.Id.ToString(), Figures.Local(d.Point.CreatedUtc, run.Report.Time), d.Keep ? "keep" : "delete", string.Join(", ", d.Reasons),
                ]));
            }

            IReadOnlyList<RecoveryPoint> deleted = [];
            var going = decisions.Count(d => !d.Keep);
            if (!run.Value(dryRun) && going > 0)
            {
                await Confirmation.AskAsync(run, run.Value(yes), $"Delete {going} recovery points of {source.Name} for good?", ct);
                deleted = await engine.PruneAsync(decisions, ct);
            }

            if (run.Report.IsJson)
            {
                run.Report.Json(
                    new(run.Value(dryRun),
                        [.. decisions.Select(d => new PruneDocument(
                            d.Point.Id.ToString(), d.Point.Details.Name, d.Point.Stored.SourceId.Value, d.Point.CreatedUtc.ToUniversalTime(), d.Keep, d.Reasons))],
                        [.. deleted.Select(p => p.Id.ToString())]),
                    CliJson.Default.PrunedDocument);
            }
            else
            {
                run.Report.Line(run.Value(dryRun) ? $"{going} points would be deleted." : $"{deleted.Count} points were deleted.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string Plural(string period) => period == "daily" ? "days" : period[..^2] + "s";
}
