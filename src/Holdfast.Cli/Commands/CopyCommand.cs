using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Cli.Secrets;
using Holdfast.Faults;
using Holdfast.Vault;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast vault copy</summary>
internal static class CopyCommand
{
    public static CliCommand Create(CliApp app)
    {
        var to = new Option<string>("--to") { Description = "Folder or URL of the other vault", HelpName = "PLACE", Required = true };
        var toFile = new Option<string?>("--to-passphrase-file")
        {
            Description = "File whose first line is the other vault's passphrase; else it is taken to be the same as this vault's (--passphrase-file or HOLDFAST_PASSPHRASE), or asked for", HelpName = "FILE",
        };
        var points = new Option<string[]>("--points")
        {
            Description = "Only these points, by id or its beginning; else all", HelpName = "ID", AllowMultipleArgumentsPerToken = true,
        };
        var command = new CliCommand("copy", "Copy points to another vault; what is there already doesn't travel again, and an interrupted copy goes on")
        {
            Examples = ["holdfast vault copy --to /offsite/vault", "holdfast vault copy --to azblob://account/container/vault", "holdfast vault copy --to /offsite/vault --to-passphrase-file /root/offsite --points 3f0c2a"],
            MoreExitCodes = CliCommand.OnVault(ExitCode.Busy),
        }.With(to, toFile, points);
        Parsers.PointId(points);
        app.Handle(command, async (run, ct) =>
        {
            var place = Place(run, run.Value(to)!);

            // Looked up before this vault is opened: then the variable goes, which programs that are started have no business with.
            var secrets = new Passphrases(
                run.Value(toFile) is { } file ? run.Settings with { PassphraseFile = file } : run.Settings, run.Terminal, run.Report);
            var given = secrets.Given();
            await using var engine = await run.OpenAsync(EngineNeeds.Vault, ct);
            var all = await engine.ListPointsAsync(null, ct);
            var wanted = run.Value(points) ?? [];
            var chosen = wanted.Length == 0 ? all : [.. wanted.Select(w =>
                all.Where(p => p.Id.ToString().StartsWith(w, StringComparison.OrdinalIgnoreCase)).ToList() is [var one] ? one
                    : throw InputFaults.InvalidArgument("--points", $"'{w}' names no point, or several").ToException())];
            var report = await engine.CopyAsync(
                place, given ?? await secrets.ForOpeningAsync(ct), chosen, new CopyingProgress(run.Settings, run.Terminal), ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(
                    new([.. report.Copied.Select(p => p.ToString())], report.AlreadyThere, report.ReadBytes, report.StoredBytes), CliJson.Default.CopyDocument);
            }
            else
            {
                run.Report.Line($"{report.Copied.Count} points were copied, {report.AlreadyThere} were there already: "
                    + $"{Figures.Size(report.ReadBytes)} read, {Figures.Size(report.StoredBytes)} stored.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The place of the other vault, as far as it can be told without a key that it is one.</summary>
    private static string Place(CommandRun run, string to)
    {
        var place = StorePlaces.Full(to);
        if (run.Settings.Vault is { } from && SameForm(StorePlaces.Full(from)) == SameForm(place))
        {
            throw InputFaults.InvalidArgument("--to", "it is the vault that is copied from").ToException();
        }

        static string SameForm(string full) => Path.TrimEndingDirectorySeparator(full);
        return StorePlaces.IsUrl(place) || Directory.Exists(place) ? place : throw VaultFaults.VaultNotFound(place).ToException();
    }
}
