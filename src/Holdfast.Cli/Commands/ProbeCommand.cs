using System.Globalization;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Vault;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast vault probe</summary>
internal static class ProbeCommand
{
    public static CliCommand Create(CliApp app)
    {
        var command = new CliCommand(
            "probe", "Try whether the store at a place does what a vault needs, and whether it keeps objects itself until a date; takes no passphrase")
        {
            Examples = ["holdfast vault probe --vault s3://bucket/vault", "holdfast vault probe --vault /backup/vault"],
            MoreExitCodes = [ExitCode.NotFound],
        };
        app.Handle(command, async (run, ct) =>
        {
            var place = StorePlaces.Full(run.Settings.RequiredVault);
            var report = await run.Engines.ProbeStoreAsync(run.Settings, place, ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(ProbeDocument.Of(place, report), CliJson.Default.ProbeDocument);
                return ExitCode.Done;
            }

            run.Report.Line($"{place} does what a vault needs: {string.Join(", ", report.Checks.Select(c => CliWords.In(run.Report.Language, Text(c))))}.");
            if (report.ClockDifference is { } difference)
            {
                run.Report.Line(string.Create(CultureInfo.InvariantCulture, $"Its clock differs from this machine's by {difference.TotalSeconds:0} s."));
            }

            run.Report.Line(report.Retention?.Detail ?? "It doesn't keep objects itself until a date: who may delete them there can.");
            return ExitCode.Done;
        });
        return command;
    }

    private static string Text(StoreCheck check) => check switch
    {
        StoreCheck.RaceHasOneWinner => "of several creations at once one wins",
        StoreCheck.NothingIsReplaced => "nothing is replaced",
        StoreCheck.NothingIsReplacedByUpload => "nor by uploads",
        StoreCheck.FreshObjectIsListed => "what is new is listed",
        StoreCheck.RangesAreRight => "ranges are read right",
        StoreCheck.ClockIsNear => "its clock is near",
        _ => "what is deleted is gone",
    };
}
