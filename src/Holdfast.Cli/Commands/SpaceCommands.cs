using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Vault;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast vault gc, holdfast vault stats</summary>
internal static class SpaceCommands
{
    public static CliCommand Gc(CliApp app)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Only find out what could go" };
        var grace = new Option<TimeSpan?>("--grace")
        {
            Description = "How long condemned packs stay before they are dropped: 0, or " + Parsers.SpanLetters + "; 24h if not given", HelpName = "TIME",
            CustomParser = Parsers.Span,
        };
        var command = new CliCommand("gc", "Give back the space of what no point needs any more; backups and restores may go on meanwhile")
        {
            Examples = ["holdfast vault gc", "holdfast vault gc --dry-run", "holdfast vault gc --grace 0"],
            MoreExitCodes = CliCommand.OnVault(ExitCode.Busy, ExitCode.Damage),
        }.With(dryRun, grace);
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(EngineNeeds.Vault, ct);
            var options = new GcOptions
            {
                DryRun = run.Value(dryRun), Grace = run.Value(grace) ?? new GcOptions().Grace, DeadSessions = new DeadSessionOptions { WatchHeartbeats = true },
            };
            var result = await engine.CollectGarbageAsync(options, new SpaceProgress("gc", run.Settings, run.Terminal), ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(GcDocument.Of(result), CliJson.Default.GcDocument);
            }
            else
            {
                Tell(run, result);
            }

            return result.Unreadable.Count == 0 ? ExitCode.Done : ExitCode.Damage;
        });
        return command;
    }

    public static CliCommand Stats(CliApp app)
    {
        var command = new CliCommand("stats", "Show what the vault's points hold, how well it is packed, and what could be freed")
        {
            Examples = ["holdfast vault stats"],
            MoreExitCodes = CliCommand.OnVault(ExitCode.Damage),
        };
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(EngineNeeds.Vault, ct);
            var figures = await engine.GetVaultStatisticsAsync(new SpaceProgress("stats", run.Settings, run.Terminal), ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(VaultStatsDocument.Of(figures), CliJson.Default.VaultStatsDocument);
            }
            else
            {
                run.Report.Pairs(
                [
                    ("Points", Text(figures.Points)), ("Disks", Figures.Size(figures.LogicalBytes)), ("Data", Figures.Size(figures.DataBytes)),
                    ("Unique", $"{Figures.Size(figures.UniqueBytes)} ({Ratio(figures.DedupRatio)} by deduplication)"),
                    ("Stored", $"{Figures.Size(figures.StoredBytes)} ({Ratio(figures.CompressionRatio)} by compression)"),
                    ("Reclaimable", Figures.Size(figures.ReclaimableBytes)), ("Whole vault", Figures.Size(figures.TotalBytes)),
                ]);
                TellUnreadable(run, figures.Unreadable);
            }

            return figures.Unreadable.Count == 0 ? ExitCode.Done : ExitCode.Damage;
        });
        return command;
    }

    private static void Tell(CommandRun run, GcResult r)
    {
        if (r.DryRun)
        {
            run.Report.Line($"{r.PacksCondemned} packs could go; that would free about {Figures.Size(r.CondemnedBytes)}.");
        }
        else
        {
            run.Report.Line($"{r.PacksDropped} packs were dropped: {Figures.Size(r.DroppedBytes)}, of which {Figures.Size(r.RepackedBytes)} were written anew.");
            if (r.PacksCondemned > 0)
            {
                run.Report.Line($"{r.PacksCondemned} packs ({Figures.Size(r.CondemnedBytes)}) are condemned: a run after "
                    + $"{Figures.Local(r.DroppableFrom!.Value, run.Report.Time)} drops them.");
            }

            foreach (var session in r.WaitingFor)
            {
                run.Report.Line($"First the session has to end that {session.Host}, process {session.ProcessId}, opened at "
                    + $"{Figures.Local(session.OpenedUtc, run.Report.Time)}.");
            }
        }

        TellUnreadable(run, r.Unreadable);
        if (r.Unreadable.Count > 0)
        {
            run.Report.Line("Nothing can go as long as it isn't known what these points need: bring them back from a copy, or delete them.");
        }
    }

    private static void TellUnreadable(CommandRun run, IReadOnlyList<UnreadablePoint> points)
    {
        foreach (var point in points)
        {
            run.Report.Line($"Point {point.PointId} of {point.SourceId} can't be read: {point.Reason}");
        }
    }

    private static string Ratio(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture) + " times less";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
