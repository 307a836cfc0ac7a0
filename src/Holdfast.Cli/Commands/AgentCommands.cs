using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Invocation;
using Holdfast.ControlPlane.Hosts;
using Holdfast.Faults;
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
            var status = AgentStatusDocument.Of(await ReadAsync(run, run.Value(vm)!, ct));
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
                    run.Report.Line($"Add its channel:  holdfast agent attach-channel {ShellWord.Of(status.Vm)}");
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
            var (name, uuid, done) = await AttachAsync(run, run.Value(vm)!, ct);
            Show(run, new AgentChangeDocument(name, uuid, done, null, null), $"Channel of '{name}': {done}.");
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
            var (name, uuid, done) = await UpdateAsync(run, run.Value(vm)!, ct);
            var detail = done.PackageBefore == done.PackageAfter ? "it was the newest already" : $"updated from {done.PackageBefore} to {done.PackageAfter}";
            Show(run, new AgentChangeDocument(name, uuid, detail, done.VersionBefore, done.VersionAfter),
                $"Agent of '{name}': {detail}; version {done.VersionAfter} answers, of the package {done.Origin.Package ?? "(unknown)"}.");
            if (done.Origin is { IsKnown: true, Package: null, Path: { } path })
                run.Report.Notices([HealthFaults.AgentNotPackaged(name, path)]);
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

    private static async Task<AgentStatus> ReadAsync(CommandRun run, string vm, CancellationToken ct)
    {
        using var node = run.Engines.TryConnect(run.Settings);
        if (node is not null)
            return await node.ReadAgentAsync(vm, ct);
        using var domain = await FindAsync(run, vm, ct);
        return await AgentStatus.ReadAsync(domain, allowsPrograms: true, ct);
    }

    private static async Task<(string Vm, Guid Uuid, string Done)> AttachAsync(CommandRun run, string vm, CancellationToken ct)
    {
        using var node = run.Engines.TryConnect(run.Settings);
        if (node is not null)
            return await node.AttachChannelAsync(vm, ct);
        using var domain = await FindAsync(run, vm, ct);
        await LocalRemedies.Served(run).RefuseAsync(domain.Uuid, ct);
        using var held = VmLock.Acquire(NodePaths.FromEnvironment(), domain.Uuid, domain.Name);
        return (domain.Name, domain.Uuid, FaultMapping.Guard(() => AgentChannelAttachment.Attach(domain), FaultSubject.OfVm(domain.Name, "attach the agent's channel")));
    }

    private static async Task<(string Vm, Guid Uuid, AgentUpdateResult Result)> UpdateAsync(CommandRun run, string vm, CancellationToken ct)
    {
        using var node = run.Engines.TryConnect(run.Settings);
        if (node is not null)
            return await node.UpdateAgentAsync(vm, ct);
        using var domain = await FindAsync(run, vm, ct);
        await LocalRemedies.Served(run).RefuseAsync(domain.Uuid, ct);
        var uri = LibvirtUri.Resolve(run.Settings.Connect).Text;
        return (domain.Name, domain.Uuid, await new AgentUpdate(NodePaths.FromEnvironment(), run.Terminal.Time).RunAsync(domain, uri, ct));
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
