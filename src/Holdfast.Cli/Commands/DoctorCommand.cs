using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Node;
using Holdfast.Cli.Rendering;
using Holdfast.ControlPlane.Health;
using Holdfast.Faults;
using Holdfast.Protection.Health;
using Holdfast.Protection.Health.Network;
using Holdfast.Protection.Health.Remedies;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Vault;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast doctor</summary>
internal sealed class DoctorCommand
{
    private readonly NodeOptions _node = new();
    private readonly Argument<string?> _vm = new("VM") { Description = "Name or UUID of a VM", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _host = new("--host") { Description = "Examine a host and all of its VMs: libvirt's address, or with --data its registered name", HelpName = "HOST" };
    private readonly Option<bool> _all = new("--all") { Description = "Examine every VM, by fault: of libvirt as --connect says, or with --data of all registered hosts" };
    private readonly Option<string[]> _endpoints = new("--endpoint")
    {
        Description = "Examine only the way to an address, layer by layer: https://HOST[:PORT], http, tls, tcp, smtp, smtps or libvirt's own, or HOST:PORT; may be given several times",
        HelpName = "URL",
    };

    private readonly Option<bool> _noPrograms = new("--no-guest-programs") { Description = "Run no program in guests; only the VM agent's own reading commands are used" };
    private readonly Option<string?> _minimum = new("--agent-minimum") { Description = "Oldest version of the VM agent that will do; 2.10 if not given", HelpName = "VERSION" };
    private readonly Option<bool> _fix = new("--fix") { Description = "Offer remedies one by one; each says beforehand what it will do" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "With --fix: carry out the safe remedies without asking" };
    private readonly Option<string[]> _yesDisruptive = new("--yes-disruptive")
    {
        Description = "With --fix: carry out disruptive remedies on this VM; may be given several times", HelpName = "VM",
    };

    public static CliCommand Create(CliApp app)
    {
        var doctor = new DoctorCommand();
        var command = new CliCommand("doctor", "Examine VMs, hosts and vault: what would make a backup or restore fail, why, and what to do. Changes nothing but with --fix")
        {
            Examples = ["holdfast doctor web1", "holdfast doctor --all", "holdfast doctor --all --data /srv/holdfast --output json", "holdfast doctor --endpoint https://s3.example:9000", "holdfast doctor web1 --fix"],
            MoreExitCodes = [ExitCode.NotFound, ExitCode.HealthUnknown, ExitCode.HealthWarning, ExitCode.HealthFailed, ExitCode.Cancelled],
        }.With([doctor._vm, doctor._host, doctor._all, doctor._endpoints, doctor._noPrograms, doctor._minimum, doctor._fix, doctor._yes, doctor._yesDisruptive, .. doctor._node.OfDatabase, doctor._node.Alerts]);
        Parsers.Exclusive(command, doctor._vm, doctor._all, doctor._host, doctor._endpoints);
        doctor._minimum.Validators.Add(result =>
        {
            if (!Version.TryParse(result.GetValueOrDefault<string>(), out _))
                result.AddError("--agent-minimum is a version such as 7.2.");
        });
        app.Handle(command, doctor.RunAsync);
        return command;
    }

    private async Task<ExitCode> RunAsync(CommandRun run, CancellationToken ct)
    {
        if (run.Value(_endpoints) is { Length: > 0 } addresses)
        {
            var only = new HealthRequest { IncludesVms = false, Endpoints = DoctorEndpoints.Named(addresses) };
            return Show(run, await new HealthService(NodePaths.FromEnvironment(), new HealthOptions { Time = run.Terminal.Time }).CheckAsync(only, ct), byFault: false);
        }

        if (HasNode(run) && run.Engines.TryConnect(run.Settings) is { } owner)
        {
            using (owner)
                return await ThroughNodeAsync(run, owner, ct);
        }

        var (hosts, paths, policies, endpoints, node) = await PlaceAsync(run, ct);
        var allowed = !run.Value(_noPrograms);
        var options = new HealthOptions { AllowsPrograms = _ => allowed, Time = run.Terminal.Time };
        if (run.Value(_minimum) is { } minimum)
            options = options with { AgentMinimum = Version.Parse(minimum) };
        // Read once, when it is asked for; so it is with a failure.
        var quotas = new Lazy<Quotas>(() => Quotas.Read(paths));
        VaultId? opened = null;
        VaultInfo? figures = null;
        var request = new HealthRequest
        {
            Hosts = hosts,
            Vm = run.Value(_vm),
            IncludesVms = IncludesVms(run),
            Vault = run.Settings.Vault is { } vault && (run.Settings.Server is null || run.Settings.IsFolderNamed) ? new VaultSubject(StorePlaces.Full(vault), PointsAsync) { ReadFillAsync = FillAsync } : null,
            Endpoints = endpoints,
        };
        var report = await new HealthService(paths, options).CheckAsync(request, ct);
        var stale = node is null ? [] : await StaleHosts.OfAsync(await node.HostsAsync(ct), node.LastInventories, report, run.Terminal.Time, ct);
        report = report with { Results = [.. report.Results, .. stale, .. policies] };
        return await ShowAndFixAsync(run, report, new LocalRemedies(run, paths, hosts, opened).ApplyAsync, ct);

        async Task<IReadOnlyList<RecoveryPoint>> PointsAsync(CancellationToken token)
        {
            await using var engine = await run.Engines.OpenAsync(run.Settings, EngineNeeds.VaultIfNamed, run.Report, token);
            var points = await engine.ListPointsAsync(null, token);
            if (points.Count == 0 || LimitsVaults())
                figures = await engine.GetVaultInfoAsync(token);
            opened = figures?.VaultId ?? points[0].Stored.VaultId;
            return points;
        }

        // Limits that can't be read are the check's to tell.
        bool LimitsVaults()
        {
            try
            {
                return quotas.Value.LimitsVaults;
            }
            catch (FaultException)
            {
                return false;
            }
        }

        // A node names its stores by the ids that it lists.
        VaultId? IdOfPlace() => VaultId.TryParse(StorePlaces.Full(run.Settings.RequiredVault).TrimEnd('/').Split('/')[^1], out var id) ? id : null;

        Task<VaultFill?> FillAsync(CancellationToken token)
        {
            var limits = quotas.Value;
            return Task.FromResult(figures is { } known && limits.LimitOf(known.VaultId, IdOfPlace()) is { } limit ? new VaultFill(known.TotalBytes, limit) : null);
        }
    }

    /// <summary>Writes an examination, and says by the exit code how bad it is.</summary>
    internal static ExitCode Show(CommandRun run, HealthReport report, bool byFault)
    {
        if (run.Report.IsJson)
            run.Report.Json(HealthDocument.Of(report, [], run.Report.Language), CliJson.Default.HealthDocument);
        else
            HealthTables.Write(run.Report, report, byFault);
        return CodeOf(report);
    }

    private static ExitCode CodeOf(HealthReport report) => report.Worst switch
    {
        HealthOutcome.Passed => ExitCode.Done,
        HealthOutcome.Unknown => ExitCode.HealthUnknown,
        HealthOutcome.Warning => ExitCode.HealthWarning,
        _ => ExitCode.HealthFailed,
    };

    // A folder whose node doesn't run is examined from here, by its database.
    private static bool HasNode(CommandRun run) =>
        run.Settings is not { Server: null, IsFolderNamed: false, DataFolder: { } data } || LocalSocket.Answers(Path.GetFullPath(data));

    private async Task<ExitCode> ThroughNodeAsync(CommandRun run, INode node, CancellationToken ct)
    {
        var asked = new ServedExamination(run.Value(_vm), run.Value(_host), IncludesVms(run), !run.Value(_noPrograms), run.Value(_minimum));
        var report = await NodeDoctor.ExamineAsync(run, node, asked, ct);
        return await ShowAndFixAsync(run, report, node.ApplyAsync, ct);
    }

    private async Task<ExitCode> ShowAndFixAsync(CommandRun run, HealthReport report, Func<Remedy, CancellationToken, Task<string>> apply, CancellationToken ct)
    {
        if (!run.Value(_fix))
            return Show(run, report, IsByFault(run));
        if (!run.Report.IsJson)
            HealthTables.Write(run.Report, report, IsByFault(run));
        var remedies = await new RemedyOffers(run, run.Value(_yes), run.Value(_yesDisruptive) ?? [], apply).RunAsync(RemedyPlan.Of(report), ct);
        if (run.Report.IsJson)
            run.Report.Json(HealthDocument.Of(report, remedies, run.Report.Language), CliJson.Default.HealthDocument);
        return CodeOf(report);
    }

    private bool IncludesVms(CommandRun run) => run.Value(_vm) is not null || run.Value(_all) || run.Value(_host) is not null;

    private bool IsByFault(CommandRun run) => run.Value(_all) || run.Value(_host) is not null;

    private async Task<(IReadOnlyList<HealthHostAddress> Hosts, NodePaths Paths, IReadOnlyList<HealthResult> Policies, IReadOnlyList<HealthEndpoint> Endpoints, NodeDatabase? Node)>
        PlaceAsync(CommandRun run, CancellationToken ct)
    {
        var name = run.Value(_host);
        if (run.Settings.DataFolder is null)
        {
            var uri = name ?? run.Settings.Connect;
            IReadOnlyList<HealthHostAddress> one = [new HealthHostAddress(uri ?? "libvirt", uri)];
            return (one, NodePaths.FromEnvironment(), [], DoctorEndpoints.Configured(run, one, null), null);
        }

        var settings = _node.Read(run);
        var node = await NodeDatabase.OpenAsync(settings, run.Terminal.Time, ct);
        var registered = await node.HostsAsync(ct);
        var hosts = registered.Where(h => name is null || h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => new HealthHostAddress(h.Name, h.Uri)).ToList();
        if (hosts.Count == 0)
            throw NodeFaults.HostNotFound(name ?? "*").ToException();
        var data = settings.DataFolder;
        return (hosts, new NodePaths(Path.Combine(data, "state"), Path.Combine(data, "cache"), NodePaths.FromEnvironment().Scratch),
            run.Value(_vm) is null ? await node.Forecast.JudgeAsync(ct) : [], DoctorEndpoints.Configured(run, hosts, settings), node);
    }
}
