using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Invocation;
using Holdfast.ControlPlane.Hosts;
using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Libvirt;
using Holdfast.Protection;
using Holdfast.Protection.Guest;
using Holdfast.Protection.Health;
using Holdfast.Protection.Node;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast agent ...</summary>
internal static class AgentCommands
{
    private static readonly string[] InstallSteps =
    [
        "Debian, Ubuntu:  apt-get update && apt-get install -y qemu-guest-agent && systemctl start qemu-guest-agent",
        "RHEL, Fedora:    dnf install -y qemu-guest-agent && systemctl enable --now qemu-guest-agent",
        "SUSE:            zypper --non-interactive install qemu-guest-agent && systemctl start qemu-guest-agent",
        "Windows:         attach the virtio-win ISO, then in an elevated prompt: msiexec /i D:\\guest-agent\\qemu-ga-x86_64.msi /qn (and virtio-win-gt-x64.msi for the vioserial driver)",
    ];

    public static Command Create(CliApp app) => CommandTree.Group(
        "agent", "The VM agent (qemu-guest-agent) of a VM", Status(app), AttachChannel(app), Update(app), Validate(app));

    private static Argument<string> Vm() => new("VM") { Description = "Name or UUID of the VM" };

    private static CliCommand Status(CliApp app)
    {
        var vm = Vm();
        var command = new CliCommand("status", "Show the agent's state, version and origin; how to install it where there is none")
        {
            Examples = ["holdfast agent status web1"], MoreExitCodes = [ExitCode.NotFound, ExitCode.Cancelled],
        }.With(vm);
        app.Handle(command, async (run, ct) =>
        {
            using var domain = await FindAsync(run, run.Value(vm)!, ct);
            var status = await ReadAsync(domain, ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(status, CliJson.Default.AgentStatusDocument);
                return ExitCode.Done;
            }

            run.Report.Pairs(
            [
                ("VM", $"{status.Vm} ({status.Uuid})"), ("State", status.State), ("Version", status.Version ?? "-"), ("System", status.System ?? "-"),
                ("Program", status.Program ?? "-"), ("Package", status.Package ?? "-"), ("Blocked", status.BlockedCommands.Count == 0 ? "-" : string.Join(' ', status.BlockedCommands)),
                ("Frozen", status.Frozen switch { true => "yes", false => "no", null => "-" }),
            ]);
            if (status.State is "no-channel" or "disconnected")
            {
                run.Report.Line();
                if (status.State == "no-channel")
                    run.Report.Line($"Add its channel:  holdfast agent attach-channel {status.Vm}");
                run.Report.Line("If the agent isn't installed in the guest, as root there:");
                foreach (var step in InstallSteps)
                    run.Report.Line("  " + step);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand AttachChannel(CliApp app)
    {
        var vm = Vm();
        var command = new CliCommand("attach-channel", "Give a VM the channel that the agent listens on")
        {
            Examples = ["holdfast agent attach-channel web1"], MoreExitCodes = [ExitCode.NotFound, ExitCode.Busy, ExitCode.Cancelled],
        }.With(vm);
        app.Handle(command, async (run, ct) =>
        {
            using var domain = await FindAsync(run, run.Value(vm)!, ct);
            using var held = VmLock.Acquire(NodePaths.FromEnvironment(), domain.Uuid, domain.Name);
            var done = FaultMapping.Guard(() => AgentChannelAttachment.Attach(domain), FaultSubject.OfVm(domain.Name, "attach the agent's channel"));
            Show(run, new AgentChangeDocument(domain.Name, domain.Uuid, done, null, null), $"Channel of '{domain.Name}': {done}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Update(CliApp app)
    {
        var vm = Vm();
        var command = new CliCommand("update", "Update the agent of a Linux guest from its distribution's repository; backups of the VM are held off meanwhile")
        {
            Examples = ["holdfast agent update web1"], MoreExitCodes = [ExitCode.NotFound, ExitCode.Busy, ExitCode.Cancelled],
        }.With(vm);
        app.Handle(command, async (run, ct) =>
        {
            using var domain = await FindAsync(run, run.Value(vm)!, ct);
            var uri = LibvirtUri.Resolve(run.Settings.Connect).Text;
            var done = await new AgentUpdate(NodePaths.FromEnvironment(), run.Terminal.Time).RunAsync(domain, uri, ct);
            var detail = done.PackageBefore == done.PackageAfter ? "it was the newest already" : $"updated from {done.PackageBefore} to {done.PackageAfter}";
            Show(run, new AgentChangeDocument(domain.Name, domain.Uuid, detail, done.VersionBefore, done.VersionAfter),
                $"Agent of '{domain.Name}': {detail}; version {done.VersionAfter} answers, of the package {done.Origin.Package ?? "(unknown)"}.");
            if (done.Origin is { IsKnown: true, Package: null, Path: { } path })
                run.Report.Notices([HealthFaults.AgentNotPackaged(domain.Name, path)]);
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Validate(CliApp app)
    {
        var vm = Vm();
        var command = new CliCommand("validate", "Check that the agent answers, is recent, allows what backups need, and comes from a package")
        {
            Examples = ["holdfast agent validate web1"],
            MoreExitCodes = [ExitCode.NotFound, ExitCode.HealthUnknown, ExitCode.HealthWarning, ExitCode.HealthFailed, ExitCode.Cancelled],
        }.With(vm);
        app.Handle(command, async (run, ct) =>
        {
            var request = new HealthRequest { Hosts = [new HealthHostAddress(run.Settings.Connect ?? "libvirt", run.Settings.Connect)], Vm = run.Value(vm) };
            using var node = run.Engines.TryConnect(run.Settings);
            var all = node is null ? await new HealthService(NodePaths.FromEnvironment(), new HealthOptions { Time = run.Terminal.Time }).CheckAsync(request, ct)
                : await node.ExamineAsync(new(run.Value(vm)), ct);
            var agents = all with { Results = [.. all.Results.Where(r => r.Area is HealthArea.Agent || (r.Area is HealthArea.Host && r.Outcome is not HealthOutcome.Passed))] };
            return DoctorCommand.Show(run, agents, byFault: false);
        });
        return command;
    }

    private static async Task<AgentStatusDocument> ReadAsync(Domain domain, CancellationToken ct)
    {
        var (name, uuid) = (domain.Name, domain.Uuid);
        var empty = new AgentStatusDocument(name, uuid, "unknown", null, null, null, null, [], null);
        var state = domain.GetState();
        if (domain.ReadXml().AgentChannel is not { } channel)
            return empty with { State = "no-channel" };
        if (state.State is not (DomainState.Running or DomainState.Blocked))
            return empty;
        if (channel.IsConnected is false)
            return empty with { State = "disconnected" };
        var agent = new GuestAgentClient(new LibvirtAgentChannel(domain), new GuestAgentClientOptions { CommandTimeout = TimeSpan.FromSeconds(5) });
        try
        {
            await agent.PingAsync(null, ct);
            var info = await agent.InfoAsync(ct);
            var answering = empty with
            {
                State = "connected", Version = info.Version, BlockedCommands = [.. info.Commands.Where(c => !c.Value).Select(c => c.Key).Order(StringComparer.Ordinal)],
            };
            var frozen = await agent.FsFreezeStatusAsync(null, ct) is FreezeStatus.Frozen;
            if (frozen)
                return answering with { Frozen = true };
            var system = info.Offers("guest-get-osinfo") ? (await agent.OsInfoAsync(ct)).PrettyName : null;
            var origin = await AgentOrigin.FindAsync(agent, ct);
            return answering with { Frozen = false, System = system, Program = origin.Path, Package = origin.Package };
        }
        catch (GuestAgentException e)
        {
            return empty with { State = e.Kind is GuestAgentErrorKind.NotConnected ? "disconnected" : e.Kind is GuestAgentErrorKind.FrozenState ? "frozen" : "not-responding" };
        }
    }

    // The VM by its name, else by its UUID; left open to the end of the process as every connection of a command.
    private static async Task<Domain> FindAsync(CommandRun run, string vm, CancellationToken ct)
    {
        var host = await HostConnections.ConnectAsync(LibvirtUri.Resolve(run.Settings.Connect).Text, ct);
        var found = FaultMapping.Guard(() => host.FindDomain(vm) ?? (Guid.TryParse(vm, out var uuid) ? host.FindDomain(uuid) : null), FaultSubject.OfVm(vm, "look for the VM"));
        return found ?? throw BackupFaults.VmNotFound(vm, host.Uri.Text).ToException();
    }

    private static void Show(CommandRun run, AgentChangeDocument document, string text)
    {
        if (run.Report.IsJson)
            run.Report.Json(document, CliJson.Default.AgentChangeDocument);
        else
            run.Report.Line(text);
    }
}
