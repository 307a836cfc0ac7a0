using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Vault;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast vault scrub</summary>
internal static class ScrubCommand
{
    public static CliCommand Create(CliApp app)
    {
        var budget = new Option<long?>("--budget")
        {
            Description = "Read at most so much a second: 50M, 1G", HelpName = "RATE", CustomParser = Parsers.Rate,
        };
        var coverage = new Option<int?>("--coverage")
        {
            Description = "Read what is due so that, with a scrub each day, every pack is read within N days; else all is read", HelpName = "N",
            CustomParser = Parsers.OptionalNumber(1, 3650),
        };
        var keyless = new Option<bool>("--keyless") { Description = "Only compare hashes; takes no passphrase, and says nothing about malice" };
        var command = new CliCommand("scrub", "Read the packs that weren't read for longest; damaged ones are set aside and read again from the disks by the next backups")
        {
            Examples = ["holdfast vault scrub --coverage 30 --budget 50M", "holdfast vault scrub", "holdfast vault scrub --keyless"],
            MoreExitCodes = CliCommand.OnVault(ExitCode.Damage),
        }.With(budget, coverage, keyless);
        Parsers.Exclusive(command, coverage, keyless);
        app.Handle(command, async (run, ct) =>
        {
            var progress = new CheckProgress("scrub", run.Settings, run.Terminal);
            if (run.Value(keyless))
            {
                var hashes = await run.Engines.CheckHashesAsync(run.Settings, StorePlaces.Full(run.Settings.RequiredVault), run.Value(budget), progress, ct);
                return Tell(run, hashes);
            }

            await using var engine = await run.OpenAsync(EngineNeeds.Vault, ct);
            var options = new ScrubOptions { BytesPerSecond = run.Value(budget), CoverageDays = run.Value(coverage) };
            return Tell(run, await engine.ScrubAsync(options, progress, ct));
        });
        return command;
    }

    private static ExitCode Tell(CommandRun run, ScrubReport r)
    {
        if (run.Report.IsJson)
        {
            run.Report.Json(ScrubDocument.Of(r), CliJson.Default.ScrubDocument);
        }
        else
        {
            run.Report.Line($"{r.PacksChecked} of {r.PacksTotal} packs were read: {Figures.Size(r.BytesRead)} of {Figures.Size(r.TotalBytes)}.");
            run.Report.Line(r.OldestCheckUtc is { } oldest
                ? $"Every pack was read since {Figures.Local(oldest, run.Report.Time)}." : "Some packs were never read since they were written.");
            foreach (var pack in r.DamagedPacks)
            {
                run.Report.Line($"{pack.ObjectName}: {pack.Reason}");
            }

            foreach (var disk in r.DamagedDisks)
            {
                run.Report.Line($"Point {disk.PointId}: {disk.DiskName} has lost {disk.UnreadableChunks} chunks; the next backup reads them again.");
            }
        }

        return r.IsHealthy ? ExitCode.Done : ExitCode.Damage;
    }

    private static ExitCode Tell(CommandRun run, HashReport r)
    {
        if (run.Report.IsJson)
        {
            run.Report.Json(new(r.Lists, r.ObjectsChecked, r.BytesRead, r.Damaged), CliJson.Default.HashCheckDocument);
        }
        else
        {
            run.Report.Line(string.Create(CultureInfo.InvariantCulture, $"{r.ObjectsChecked} objects of {r.Lists} lists were read: ") + Figures.Size(r.BytesRead));
            foreach (var name in r.Damaged)
            {
                run.Report.Line($"{name} isn't what was written.");
            }
        }

        return r.Damaged.Count == 0 ? ExitCode.Done : ExitCode.Damage;
    }
}
