using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Protection.Points;
using Holdfast.Vault;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast points ...</summary>
internal static class PointsCommands
{
    private const EngineNeeds Needs = EngineNeeds.Vault | EngineNeeds.HostIfReachable;

    public static Command Create(CliApp app) => CommandTree.Group(
        "points", "Recovery points: list, show, protect, delete, prune", List(app), Show(app), Protect(app), Delete(app), PruneCommand.Create(app));

    internal static Option<string?> PointOption(bool required) => Parsers.PointId(new Option<string?>("--point")
    {
        Description = required ? "Recovery point, by id or its beginning" : "Recovery point, by id or its beginning (default: the newest)",
        HelpName = "ID", Required = required,
    });

    private static CliCommand List(CliApp app)
    {
        var vm = new Argument<string?>("VM") { Description = "Name or UUID of the VM, also one that is gone (default: all)", Arity = ArgumentArity.ZeroOrOne };
        var command = new CliCommand("list", "List recovery points, newest first")
        {
            Examples = ["holdfast points list", "holdfast points list web1 --output json"], MoreExitCodes = CliCommand.OnVault(),
        }.With(vm);
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(run.Value(vm) is null ? EngineNeeds.Vault : Needs, ct);
            var points = await engine.ListPointsAsync(run.Value(vm) is { } name ? (await engine.FindVmAsync(name, ct)).Uuid : null, ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(new([.. points.Select(PointDocument.Of)]), CliJson.Default.PointsDocument);
                return ExitCode.Done;
            }

            run.Report.Table(["point", "vm", "taken", "consistency", "size", "read", "stored", "kept"], points.Select(p => (IReadOnlyList<string>)
            [
                p.Id.ToString(), p.Details.Name, Figures.Local(p.CreatedUtc, run.Report.Time), BackupCommand.Level(p.Details.Consistency),
                Figures.Size(p.Stored.Statistics.LogicalBytes), Figures.Size(p.ReadBytes),
                Figures.Size(p.Stored.Statistics.StoredBytes), Kept(p.Stored.Retention, run.Report.Time),
            ]));
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Show(CliApp app)
    {
        var vm = CommandTree.Vm();
        var id = PointOption(required: false);
        var command = new CliCommand("show", "Show one recovery point")
        {
            Examples = ["holdfast points show web1 --point 3f0c2a"], MoreExitCodes = CliCommand.OnVault(),
        }.With(vm, id);
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(Needs, ct);
            var point = await FindAsync(run, engine, vm, id, ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(PointDocument.Of(point), CliJson.Default.PointDocument);
                return ExitCode.Done;
            }

            var statistics = point.Stored.Statistics;
            run.Report.Pairs(
            [
                ("Point", point.Id.ToString()), ("VM", $"{point.Details.Name} ({point.Stored.SourceId.Value})"), ("Host", point.Details.Host),
                ("Taken", Figures.Local(point.CreatedUtc, run.Report.Time)),
                ("Consistency", BackupCommand.Level(point.Details.Consistency)
                    + (point.Details.ConsistencyReason is { } reason ? $" ({reason})" : "")),
                ("Frozen", point.Details.FrozenMilliseconds is { } ms ? Figures.Duration(TimeSpan.FromMilliseconds(ms)) : "-"),
                ("Size", Figures.Size(statistics.LogicalBytes)), ("Read", Figures.Size(point.ReadBytes)),
                ("New", Figures.Size(statistics.NewBytes)), ("Stored", Figures.Size(statistics.StoredBytes)),
                ("Kept", Kept(point.Stored.Retention, run.Report.Time)), ("Note", point.Details.Note ?? "-"),
            ]);
            run.Report.Line();
            run.Report.Table(["disk", "size", "format", "how", "read", "why"], point.Details.Disks.Select(d => (IReadOnlyList<string>)
                [d.Target, Figures.Size(d.SizeBytes), d.Format, d.Mode.ToString().ToLowerInvariant(), Figures.Size(d.ReadBytes), d.Reason ?? "-"]));
            foreach (var skipped in point.Details.Skipped)
            {
                run.Report.Line($"{skipped.Target}: not in the point ({skipped.Reason})");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Protect(CliApp app)
    {
        var vm = CommandTree.Vm();
        var id = PointOption(required: true);
        var until = new Option<DateTimeOffset?>("--until")
        {
            Description = "Only until then: " + Parsers.UntilLetters + " (default: until it is taken back)", HelpName = "DATE",
            CustomParser = Parsers.Until(TimeProvider.System),
        };
        var off = new Option<bool>("--off") { Description = "Take the protection back" };
        var command = new CliCommand("protect", "Keep a point from being deleted or pruned")
        {
            Examples = ["holdfast points protect web1 --point 3f0c2a", "holdfast points protect web1 --point 3f0c2a --until 2027-12-31"],
            MoreExitCodes = CliCommand.OnVault(),
        }.With(vm, id, until, off);
        Parsers.Exclusive(command, until, off);
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(Needs, ct);
            var point = await FindAsync(run, engine, vm, id, ct);
            var mark = run.Value(off) ? RetentionMark.None : new RetentionMark(run.Value(until) is null, run.Value(until)?.ToUniversalTime());
            await engine.ProtectPointAsync(point, mark, ct);
            var changed = point with { Stored = point.Stored with { Retention = mark } };
            if (run.Report.IsJson)
            {
                run.Report.Json(PointDocument.Of(changed), CliJson.Default.PointDocument);
            }
            else
            {
                run.Report.Line($"Point {point.Id}: {(mark == RetentionMark.None ? "no longer protected" : "kept, " + Kept(mark, run.Report.Time))}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Delete(CliApp app)
    {
        var vm = CommandTree.Vm();
        var ids = Parsers.PointId(new Option<string[]>("--point") { Description = "Recovery point, by id or its beginning; may be repeated", HelpName = "ID", Required = true });
        var yes = Confirmation.Option();
        var evenLast = new Option<bool>("--even-last") { Description = "Delete even the last good point: the VM can't be restored any more" };
        var command = new CliCommand("delete", "Delete recovery points: all that are named, or none; protected ones stay")
        {
            Examples = ["holdfast points delete web1 --point 3f0c2a"], MoreExitCodes = CliCommand.OnVault(),
        }.With(vm, ids, evenLast, yes);
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(Needs, ct);
            var source = await engine.FindVmAsync(run.Value(vm)!, ct);
            var points = new List<RecoveryPoint>();
            foreach (var id in run.Value(ids)!)
            {
                points.Add(await engine.FindPointAsync(source.Uuid, id, ct));
            }

            points = [.. points.DistinctBy(p => p.Id)];
            await Confirmation.AskAsync(run, run.Value(yes), $"Delete {points.Count} recovery points of {source.Name} for good?", ct);
            await engine.DeletePointsAsync(points, run.Value(evenLast), ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(new([.. points.Select(PointDocument.Of)]), CliJson.Default.PointsDocument);
                return ExitCode.Done;
            }

            foreach (var point in points)
            {
                run.Report.Line($"Point {point.Id} was deleted.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<RecoveryPoint> FindAsync(CommandRun run, IEngine engine, Argument<string> vm, Option<string?> id, CancellationToken ct) =>
        await engine.FindPointAsync((await engine.FindVmAsync(run.Value(vm)!, ct)).Uuid, run.Value(id), ct);

    private static string Kept(RetentionMark mark, TimeProvider time) =>
        mark.Protected ? "protected" : mark.RetainUntil is { } until ? "until " + Figures.Local(until, time) : "-";
}
