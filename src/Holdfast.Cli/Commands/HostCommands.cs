using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Cli.Node;
using Holdfast.ControlPlane.Hosts;
using Holdfast.Faults;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast host ...</summary>
internal static class HostCommands
{
    public static Command Create(CliApp app) => CommandTree.Group(
        "host", "The libvirt connections whose VMs a node backs up", Add(app), List(app), Remove(app));

    private static CliCommand Add(CliApp app)
    {
        var options = new NodeOptions();
        var name = new Argument<string>("NAME") { Description = "Name of the host" };
        var uri = new Option<string>("--uri") { Description = "Address of libvirt, as the nodes that reach it write it", HelpName = "URI", Required = true };
        var group = new Option<string?>("--resource-group") { Description = "Resource group of its VMs; the host's name if not given", HelpName = "GROUP" };
        var location = new Option<string>("--location") { Description = "Location of its VMs: only vaults of the same location protect them", HelpName = "LOCATION", DefaultValueFactory = _ => "local" };
        var jobs = new Option<int?>("--jobs") { Description = "Jobs that run at once on it; as the node says if not given", HelpName = "N", CustomParser = Parsers.OptionalNumber(1, NodeOptions.JobsMax) };
        var nodes = new Option<string[]>("--node") { Description = "A node that reaches it; may be given several times; every node if not given", HelpName = "NAME" };
        var command = new CliCommand("add", "Register a libvirt connection")
        {
            Examples = ["holdfast host add session --data /srv/holdfast --uri qemu:///session --resource-group lab"], MoreExitCodes = [ExitCode.NotFound],
        }.With([name, .. options.OfDatabase, uri, group, location, jobs, nodes]);
        app.Handle(command, async (run, ct) =>
        {
            var node = await NodeDatabase.OpenAsync(options.Read(run), run.Terminal.Time, ct);
            var added = await node.Hosts.AddAsync(
                new HostSpec(run.Value(name)!, run.Value(uri)!, run.Value(group) ?? run.Value(name)!, run.Value(location)!, run.Value(jobs), run.Value(nodes) ?? []), ct);
            await node.RecordAsync("host add", $"{added.Name} {added.Uri}", ct);
            Show(run, added, $"Host {added.Name} is registered; its VMs are in the resource group {added.ResourceGroup}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand List(CliApp app)
    {
        var options = new NodeOptions();
        var command = new CliCommand("list", "List the registered libvirt connections")
        {
            Examples = ["holdfast host list --data /srv/holdfast"], MoreExitCodes = [ExitCode.NotFound],
        }.With(options.OfDatabase);
        app.Handle(command, async (run, ct) =>
        {
            var node = await NodeDatabase.OpenAsync(options.Read(run), run.Terminal.Time, ct);
            var hosts = await node.HostsAsync(ct);
            if (run.Report.IsJson)
                run.Report.Json(new HostsDocument([.. hosts.Select(HostDocument.Of)]), CliJson.Default.HostsDocument);
            else
                run.Report.Table(["name", "uri", "resource group", "location", "jobs", "nodes"], hosts.Select(h => (IReadOnlyList<string>)
                    [h.Name, h.Uri, h.ResourceGroup, h.Location, h.JobsMax.ToString(CultureInfo.InvariantCulture), h.Nodes.Count == 0 ? CliWords.In(run.Report.Language, "all") : string.Join(' ', h.Nodes)]));
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Remove(CliApp app)
    {
        var options = new NodeOptions();
        var name = new Argument<string>("NAME") { Description = "Name of the host" };
        var command = new CliCommand("remove", "Take a libvirt connection out; recovery points of its VMs stay")
        {
            Examples = ["holdfast host remove session --data /srv/holdfast"], MoreExitCodes = [ExitCode.NotFound],
        }.With([name, .. options.OfDatabase]);
        app.Handle(command, async (run, ct) =>
        {
            var node = await NodeDatabase.OpenAsync(options.Read(run), run.Terminal.Time, ct);
            var host = (await node.HostsAsync(ct)).FirstOrDefault(h => h.Name.Equals(run.Value(name), StringComparison.OrdinalIgnoreCase))
                ?? throw NodeFaults.HostNotFound(run.Value(name)!).ToException();
            await node.Hosts.RemoveAsync(host.Name, ct);
            await node.RecordAsync("host remove", host.Name, ct);
            Show(run, host, $"Host {host.Name} is removed.");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(CommandRun run, HostRow host, string text)
    {
        if (run.Report.IsJson)
            run.Report.Json(HostDocument.Of(host), CliJson.Default.HostDocument);
        else
            run.Report.Line(text);
    }
}
