using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Protection.Restore;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast restore</summary>
internal sealed class RestoreCommand
{
    private readonly Argument<string> vm = CommandTree.Vm();
    private readonly Option<string?> point = PointsCommands.PointOption(required: false);
    private readonly Option<string?> asNew = new("--as") { Description = "Restore as a new VM of this name: new UUID, new MAC addresses, disks of its own", HelpName = "NEWNAME" };
    private readonly Option<bool> inPlace = new("--in-place") { Description = "Put the point's disks in the place of the VM's present ones: all or none" };
    private readonly Option<string?> disksTo = new("--disks-to") { Description = "Write the disks as image files into this folder; no VM is touched", HelpName = "DIR" };
    private readonly Option<string> format = new("--format")
    {
        Description = "With --disks-to: qcow2 or raw", HelpName = "qcow2|raw", DefaultValueFactory = _ => "qcow2",
    };

    private readonly Option<string[]> disk = new("--disk") { Description = "Restore only this disk, by its target name; may be repeated", HelpName = "DISK" };
    private readonly Option<string?> network = new("--network") { Description = "With --as: libvirt network for every interface (default: the saved ones); a VM without one gets one", HelpName = "NAME" };
    private readonly Option<string?> subnet = new("--subnet") { Description = "With --network: port group of the network (default: the network's own)", HelpName = "NAME" };
    private readonly Option<string?> pool = new("--pool") { Description = "With --as: storage pool for the disks", HelpName = "NAME" };
    private readonly Option<string?> disksDir = new("--disks-dir") { Description = "With --as: folder for the disks", HelpName = "DIR" };
    private readonly Option<bool> start = new("--start") { Description = "With --as or --in-place: start the VM at the end" };
    private readonly Option<bool> shutdown = new("--shutdown") { Description = "With --in-place: shut a running VM down first" };
    private readonly Option<bool> decrypt = new("--decrypt") { Description = "Write the disks of an encrypted VM in the clear; this is recorded" };
    private readonly Option<bool> withConfig = new("--with-config") { Description = "With --in-place or --disks-to: bring the saved configuration back, too" };

    public static CliCommand Create(CliApp app) => new RestoreCommand().Build(app);

    private CliCommand Build(CliApp app)
    {
        format.AcceptOnlyFromAmong("qcow2", "raw");
        var command = new CliCommand("restore", "Bring a VM back: as a new one, in place, or its disks only")
        {
            Examples =
            [
                "holdfast restore web1 --as web1-restored --disks-dir /var/lib/libvirt/images --start",
                "holdfast restore web1 --point 3f0c2a --in-place --shutdown --start",
                "holdfast restore web1 --disks-to /srv/images --format raw",
            ],
            MoreExitCodes = CliCommand.OnVault(ExitCode.Busy),
        }.With(vm, point, asNew, inPlace, disksTo, format, disk, network, subnet, pool, disksDir, start, shutdown, withConfig, decrypt);
        Parsers.Exclusive(command, asNew, inPlace, disksTo);
        Parsers.Exclusive(command, pool, disksDir);
        command.Validators.Add(result =>
        {
            bool Given(Symbol symbol) => Parsers.IsGiven(result, symbol);
            if (!Given(asNew) && !Given(inPlace) && !Given(disksTo))
            {
                result.AddError("Say where to restore to: --as NEWNAME, --in-place or --disks-to DIR.");
            }

            if (Given(subnet) && !Given(network))
            {
                result.AddError("--subnet goes with --network.");
            }

            foreach (var (option, modes) in new (Option, Option[])[]
            {
                (network, [asNew]), (pool, [asNew]), (disksDir, [asNew]), (start, [asNew, inPlace]), (shutdown, [inPlace]),
                (withConfig, [inPlace, disksTo]), (format, [disksTo]),
            })
            {
                if (Given(option) && !modes.Any(Given))
                {
                    result.AddError(option.Name + " goes with " + string.Join(" or ", modes.Select(m => m.Name)) + ".");
                }
            }
        });
        app.Handle(command, RunAsync);
        return command;
    }

    private async Task<ExitCode> RunAsync(CommandRun run, CancellationToken ct)
    {
        var options = Options(run);
        var host = options is RestoreDisks ? EngineNeeds.HostIfReachable : EngineNeeds.Host | EngineNeeds.Recovery | EngineNeeds.Owner;
        await using var engine = await run.OpenAsync(EngineNeeds.Vault | host, ct);
        var source = options is RestoreInPlace
            ? await engine.FindExistingVmAsync(run.Value(vm)!, ct)
            : await engine.FindVmAsync(run.Value(vm)!, ct);
        var chosen = await engine.FindPointAsync(source.Uuid, run.Value(point), ct);
        var result = await ProgressDisplay.RunAsync(
            source.Name, run.Settings, run.Terminal, progress => engine.RestoreAsync(chosen, options, progress, ct));
        if (run.Report.IsJson)
        {
            run.Report.Json(RestoreDocument.Of(chosen, result, run.Report.Language), CliJson.Default.RestoreDocument);
            return ExitCode.Done;
        }

        run.Report.Notices(result.Warnings);
        run.Report.Line(result.Name is { } name
            ? $"{name} ({result.Uuid}) was restored from point {chosen.Id} of {Figures.Local(chosen.CreatedUtc, run.Report.Time)}."
            : $"The disks of point {chosen.Id} of {Figures.Local(chosen.CreatedUtc, run.Report.Time)} were restored.");
        foreach (var (target, path) in result.Images.OrderBy(i => i.Key, StringComparer.Ordinal))
        {
            run.Report.Line($"  {target}  {path}");
        }

        run.Report.Line($"  written {Figures.Size(result.WrittenBytes)} in {Figures.Duration(result.Duration)}");
        return ExitCode.Done;
    }

    private RestoreOptions Options(CommandRun run)
    {
        var disks = run.Value(disk) ?? [];
        if (run.Value(asNew) is { } name)
        {
            return new RestoreAsNew(name)
            {
                Disks = disks, Decrypt = run.Value(decrypt), Network = run.Value(network), Subnet = run.Value(subnet), Pool = run.Value(pool), Start = run.Value(start),
                DisksDirectory = run.Value(disksDir) is { } folder ? Path.GetFullPath(folder) : null,
            };
        }

        return run.Value(disksTo) is { } target
            ? new RestoreDisks(Path.GetFullPath(target), run.Value(format) == "raw" ? ImageFormat.Raw : ImageFormat.Qcow2)
            {
                Disks = disks, Decrypt = run.Value(decrypt), WithConfiguration = run.Value(withConfig),
            }
            : new RestoreInPlace
            {
                Disks = disks, Decrypt = run.Value(decrypt), Shutdown = run.Value(shutdown), WithConfiguration = run.Value(withConfig), Start = run.Value(start),
            };
    }
}
