using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Protection.Inventory;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast vm ...</summary>
internal static class VmCommands
{
    public static Command Create(CliApp app) => CommandTree.Group(
        "vm", "VMs of this host: state, disks, VM agent, last recovery point", List(app), Show(app), RebindCommand.Create(app), GuestProgramsCommand.Create(app));

    private static CliCommand List(CliApp app)
    {
        var command = new CliCommand("list", "List the VMs, with those of which only recovery points are left")
        {
            Examples = ["holdfast vm list", "holdfast vm list --output json"],
            MoreExitCodes = CliCommand.OnVault(),
        };
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(EngineNeeds.Host | EngineNeeds.Recovery | EngineNeeds.VaultIfNamed, ct);
            var vms = await engine.ListVmsAsync(ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(new([.. vms.Select(v => VmDocument.Of(v, run.Report.Language))]), CliJson.Default.VmsDocument);
            }
            else
            {
                run.Report.Table(["name", "state", "disks", "agent", "points", "last point"], vms.Select(v => (IReadOnlyList<string>)
                [
                    v.Name, v.State, string.Join(", ", v.Disks.Where(d => d.Device == "disk").Select(d => d.Target + (d.Trackable ? "" : "*"))),
                    v.Agent.State, v.PointCount?.ToString(CultureInfo.InvariantCulture) ?? "-", LastPoint(v, run.Report),
                ]));
                if (vms.Any(v => v.Disks.Any(d => d.Device == "disk" && !d.Trackable)))
                {
                    run.Report.Line("* changes can't be tracked: 'holdfast vm show VM' says why");
                }
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Show(CliApp app)
    {
        var vm = CommandTree.Vm();
        var command = new CliCommand("show", "Show one VM")
        {
            Examples = ["holdfast vm show web1"], MoreExitCodes = CliCommand.OnVault(),
        }.With(vm);
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(EngineNeeds.Host | EngineNeeds.Recovery | EngineNeeds.VaultIfNamed, ct);
            var found = await engine.FindExistingVmAsync(run.Value(vm)!, ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(VmDocument.Of(found, run.Report.Language), CliJson.Default.VmDocument);
                return ExitCode.Done;
            }

            run.Report.Pairs(
            [
                ("Name", found.Name), ("UUID", found.Uuid.ToString()), ("State", found.State),
                ("VM agent", found.Agent.State + (found.Agent.Version is { } version ? $" (version {version})" : "")),
                ("Points", found.PointCount?.ToString(CultureInfo.InvariantCulture) ?? "- (no vault named)"), ("Last point", LastPoint(found, run.Report)),
            ]);
            run.Report.Line();
            run.Report.Table(["disk", "device", "format", "size", "tracked", "image"], found.Disks.Select(d => (IReadOnlyList<string>)
                [d.Target, d.Device, d.Format ?? "-", Figures.Size(d.SizeBytes), d.Trackable ? "yes" : "no", d.Source ?? "-"]));
            run.Report.Notices(found.Disks.Select(d => d.Obstacle).OfType<Faults.Fault>());
            return ExitCode.Done;
        });
        return command;
    }

    private static string LastPoint(VmSummary vm, Reporter report) =>
        vm.LastPoint is { } point ? Figures.Local(point.CreatedUtc, report.Time) : "-";
}
