using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Faults;
using Holdfast.Protection.Points;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast verify</summary>
internal static class VerifyCommand
{
    public static CliCommand Create(CliApp app)
    {
        var vm = new Argument<string?>("VM") { Description = "Name or UUID of the VM", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Every point in the vault" };
        var point = new Option<string[]>("--point") { Description = "Only this point, by id or its beginning; may be repeated", HelpName = "ID" };
        var command = new CliCommand("verify", "Read, decrypt and check every chunk of recovery points; records damage in the vault")
        {
            Examples = ["holdfast verify web1", "holdfast verify web1 --point 3f0c2a", "holdfast verify --all"],
            MoreExitCodes = CliCommand.OnVault(ExitCode.Damage),
        }.With(vm, all, point);
        Parsers.Exclusive(command, vm, all);
        Parsers.Exclusive(command, all, point);
        command.Validators.Add(result =>
        {
            if (!Parsers.IsGiven(result, vm) && !Parsers.IsGiven(result, all))
            {
                result.AddError("Name a VM, or give --all.");
            }
        });
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(EngineNeeds.Vault | EngineNeeds.HostIfReachable, ct);
            return await RunAsync(run, engine, await PointsAsync(engine, run.Value(vm), run.Value(point) ?? [], ct), ct);
        });
        return command;
    }

    public static async Task<ExitCode> RunAsync(CommandRun run, IEngine engine, IReadOnlyList<RecoveryPoint> points, CancellationToken ct)
    {
        var result = await ProgressDisplay.RunAsync("verify", run.Settings, run.Terminal, progress => engine.VerifyAsync(points, progress, ct));
        var damaged = result.Report.PointsConcerned.ToHashSet();
        if (run.Report.IsJson)
        {
            run.Report.Json(
                new(result.IsHealthy, [.. points.Select(p => new VerifiedPointDocument(p.Id.ToString(), p.Details.Name, !damaged.Contains(p.Id)))],
                    result.Report.ChunksChecked, result.Report.PacksChecked, result.Report.BytesRead,
                    [.. result.Report.DamagedPacks.Select(p => new DamagedPackDocument(p.PackId.ToString(), p.ObjectName, p.Reason))],
                    Math.Round(result.Duration.TotalSeconds, 3), FaultDocument.Of(result.Faults, run.Report.Language)),
                CliJson.Default.VerifyDocument);
        }
        else
        {
            run.Report.Line($"{points.Count} points checked: {result.Report.ChunksChecked} chunks in {result.Report.PacksChecked} packs, "
                + $"{Figures.Size(result.Report.BytesRead)} read in {Figures.Duration(result.Duration)}");
            run.Report.Line(result.IsHealthy ? "Everything can be restored." : $"{damaged.Count} points can't be restored whole.");
        }

        foreach (var fault in result.Faults)
        {
            run.Report.Explain(fault);
        }

        return result.IsHealthy ? ExitCode.Done : ExitCode.Damage;
    }

    private static async Task<IReadOnlyList<RecoveryPoint>> PointsAsync(IEngine engine, string? vm, string[] ids, CancellationToken ct)
    {
        if (vm is null)
        {
            return await engine.ListPointsAsync(null, ct);
        }

        var source = await engine.FindVmAsync(vm, ct);
        if (ids.Length == 0)
        {
            var points = await engine.ListPointsAsync(source.Uuid, ct);
            return points.Count > 0 ? points : throw VaultFaults.NoPoints(vm).ToException();
        }

        var chosen = new List<RecoveryPoint>();
        foreach (var id in ids)
        {
            chosen.Add(await engine.FindPointAsync(source.Uuid, id, ct));
        }

        return chosen;
    }
}
