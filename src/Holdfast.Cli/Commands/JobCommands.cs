using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.ControlPlane.Jobs;
using Holdfast.Faults;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast job ...</summary>
internal static class JobCommands
{
    private const int ListDefault = 50;
    private static readonly ExitCode[] Ends = [ExitCode.NotFound, ExitCode.Busy, ExitCode.Cancelled];

    public static Command Create(CliApp app) => CommandTree.Group(
        "job", "Jobs of a node: list, look at, wait for, cancel", List(app), Show(app), Wait(app), Cancel(app));

    private static CliCommand List(CliApp app)
    {
        var operation = new Option<string?>("--operation") { Description = "Only jobs that do this", HelpName = "OPERATION" };
        var status = new Option<string?>("--status") { Description = "Only jobs that are so", HelpName = "STATUS" };
        var limit = new Option<int>("--limit") { Description = "At most so many", HelpName = "N", DefaultValueFactory = _ => ListDefault, CustomParser = Parsers.Number(0, 100_000) };
        operation.AcceptOnlyFromAmong(Enum.GetNames<JobOperation>());
        status.AcceptOnlyFromAmong(Enum.GetNames<JobStatus>());
        var command = new CliCommand("list", "List jobs, newest first")
        {
            Examples = ["holdfast job list --data /srv/holdfast", "holdfast job list --data /srv/holdfast --status InProgress --output json"], MoreExitCodes = Ends,
        }.With(operation, status, limit);
        app.Handle(command, async (run, ct) =>
        {
            using var node = run.Engines.Connect(run.Settings);
            var jobs = await node.ListJobsAsync(run.Value(operation), run.Value(status), run.Value(limit), ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(new([.. jobs.Select(j => JobDocument.Of(j, run.Report.Language))]), CliJson.Default.JobsDocument);
                return ExitCode.Done;
            }

            run.Report.Table(["job", "vault", "vm", "operation", "status", "done", "started"], jobs.Select(j => (IReadOnlyList<string>)
            [
                j.Id, j.Facts.Vault, j.Facts.Vm, j.Facts.Operation.ToString(), StatusOf(j), Percent(j), Figures.Local(j.Facts.StartUtc, run.Report.Time),
            ]));
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Show(CliApp app)
    {
        var id = Job();
        var command = new CliCommand("show", "Show one job: its steps, what it achieved, why it failed")
        {
            Examples = ["holdfast job show --data /srv/holdfast 3f0c2a9e-6a0b-4a3c-9d1e-0c5f6a7b8c9d"], MoreExitCodes = Ends,
        }.With(id);
        app.Handle(command, async (run, ct) =>
        {
            using var node = run.Engines.Connect(run.Settings);
            Print(run, await node.FindJobAsync(run.Value(id)!, ct));
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Wait(CliApp app)
    {
        var id = Job();
        var command = new CliCommand("wait", "Wait until a job is over; the exit code says how it ended. Ctrl-C ends the waiting, not the job")
        {
            Examples = ["holdfast job wait --data /srv/holdfast 3f0c2a9e-6a0b-4a3c-9d1e-0c5f6a7b8c9d"], MoreExitCodes = [.. Ends, ExitCode.Degraded],
        }.With(id);
        app.Handle(command, async (run, ct) =>
        {
            using var node = run.Engines.Connect(run.Settings);
            var job = await node.FindJobAsync(run.Value(id)!, ct);
            job = await ProgressDisplay.RunAsync(job.Facts.Vm, run.Settings, run.Terminal, progress => node.WaitJobAsync(job, progress, ct));
            Print(run, job);
            return job.Facts.Status switch
            {
                JobStatus.Cancelled => ExitCode.Cancelled,
                JobStatus.Failed => job.Facts.Error is { } error ? ExitCodes.Of(error.ToFault()) : ExitCode.Failed,
                _ => job.Facts.Warnings.Any(w => w.ToFault().Code == AgentFaults.ConsistencyDegraded("", "", "", "").Code) ? ExitCode.Degraded : ExitCode.Done,
            };
        });
        return command;
    }

    private static CliCommand Cancel(CliApp app)
    {
        var id = Job();
        var command = new CliCommand("cancel", "Ask a job to stop; everything is then as before it")
        {
            Examples = ["holdfast job cancel --data /srv/holdfast 3f0c2a9e-6a0b-4a3c-9d1e-0c5f6a7b8c9d"], MoreExitCodes = Ends,
        }.With(id);
        app.Handle(command, async (run, ct) =>
        {
            using var node = run.Engines.Connect(run.Settings);
            var job = await node.FindJobAsync(run.Value(id)!, ct);
            await node.CancelJobAsync(job, ct);
            if (run.Report.IsJson)
                run.Report.Json(JobDocument.Of(await node.FindJobAsync(job.Id, ct), run.Report.Language), CliJson.Default.JobDocument);
            else
                run.Report.Line($"Job {job.Id} was asked to stop.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Job() => new("JOB") { Description = "Id of the job, as 'job list' shows it" };

    private static void Print(CommandRun run, ServedJob job)
    {
        var facts = job.Facts;
        if (run.Report.IsJson)
        {
            run.Report.Json(JobDocument.Of(job, run.Report.Language), CliJson.Default.JobDocument);
        }
        else
        {
            run.Report.Pairs(
            [
                ("Job", job.Id), ("Vault", facts.Vault), ("VM", facts.Vm), ("Operation", facts.Operation.ToString()), ("Status", StatusOf(job)), ("Done", Percent(job)),
                ("Started", Figures.Local(facts.StartUtc, run.Report.Time)), ("Ended", facts.EndUtc is { } end ? Figures.Local(end, run.Report.Time) : "-"),
                ("Node", facts.Node ?? "-"), .. facts.Properties.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => (p.Key.Trim(), p.Value)),
            ]);
            run.Report.Line();
            run.Report.Table(["step", "status", "done", "of"], facts.Tasks.Select(t => (IReadOnlyList<string>)
                [t.Id, t.Status.ToString(), t.TotalBytes > 0 ? Figures.Size(t.DoneBytes) : "-", t.TotalBytes > 0 ? Figures.Size(t.TotalBytes) : "-"]));
        }

        run.Report.Notices(facts.Warnings.Select(w => w.ToFault()));
        if (facts.Error is { } error)
            run.Report.Explain(error.ToFault());
    }

    private static string StatusOf(ServedJob job) => job.Facts.Phase == JobPhase.Queued ? "Queued" : job.Facts.Status.ToString();

    private static string Percent(ServedJob job) => job.Facts.Percent.ToString("0", CultureInfo.InvariantCulture) + " %";
}
