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
            Description = "File whose first line is the other vault's passphrase; else that vault's passphrase is taken as this one's, or asked for", HelpName = "FILE",
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
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(EngineNeeds.Vault, ct);
            var all = await engine.ListPointsAsync(null, ct);
            var wanted = run.Value(points) ?? [];
            var chosen = wanted.Length == 0 ? all : [.. wanted.Select(w =>
                all.Where(p => p.Id.ToString().StartsWith(w, StringComparison.OrdinalIgnoreCase)).ToList() is [var one] ? one
                    : throw InputFaults.InvalidArgument("--points", $"'{w}' names no point, or several").ToException())];
            var passphrase = await new Passphrases(
                run.Value(toFile) is { } file ? run.Settings with { PassphraseFile = file } : run.Settings, run.Terminal, run.Report).ForOpeningAsync(ct);
            var report = await engine.CopyAsync(
                StorePlaces.Full(run.Value(to)!), passphrase, chosen, new CopyingProgress(run.Settings, run.Terminal), ct);
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
}
