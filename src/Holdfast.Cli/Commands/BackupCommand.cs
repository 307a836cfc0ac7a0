using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Cli.Rendering;
using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Health;
using Holdfast.Protection.Inventory;
using Holdfast.Vault;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast backup</summary>
internal sealed class BackupCommand
{
    private readonly Argument<string?> vm = new("VM") { Description = "Name or UUID of the VM", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> all = new("--all") { Description = "Every VM of this host; through a node, every VM that it protects" };
    private readonly Option<string?> match = new("--match") { Description = "Every VM whose name fits a pattern with * and ?", HelpName = "GLOB" };
    private readonly Option<string?> image = new("--image") { Description = "A raw or qcow2 disk image that no VM uses", HelpName = "FILE" };
    private readonly Option<string?> name = new("--name") { Description = "With --image: the name to keep its points under (default: the file's full path)", HelpName = "NAME" };
    private readonly Option<string?> format = new("--format") { Description = "With --image: its format, raw or qcow2 (default: probed)", HelpName = "raw|qcow2" };
    private readonly Option<bool> track = new("--track") { Description = "With --image: add a persistent dirty bitmap, so that the next backup reads only changes" };
    private readonly Option<Consistency?> consistency = new("--consistency")
    {
        Description = "Consistency to reach: application, filesystem or crash (default: the best that the guest offers)",
        HelpName = "LEVEL", CustomParser = Parsers.ConsistencyLevel,
    };

    private readonly Option<bool> strict = new("--strict-consistency") { Description = "Fail where the asked consistency can't be reached; a VM that is off is at rest, which always suffices" };
    private readonly Option<string[]> exclude = new("--exclude-disk") { Description = "Disk to leave out, by its target name; may be repeated", HelpName = "DISK" };
    private readonly Option<bool> full = new("--full") { Description = "Read every disk whole, whatever is tracked" };
    private readonly Option<DateTimeOffset?> retainUntil;
    private readonly Option<long?> limitRead = new("--limit-read")
    {
        Description = "Read at most so much per second, such as 50M", HelpName = "RATE", CustomParser = Parsers.Rate,
    };

    private readonly Option<TimeSpan?> slowAfter = new("--slow-after")
    {
        Description = "Warn that a run was slow, and why, if it takes longer, " + Parsers.SpanLetters + "; 12h if not given", HelpName = "TIME",
        CustomParser = Parsers.Span,
    };

    private readonly Option<TimeSpan?> stallAfter = new("--stall-after")
    {
        Description = "Give the transfer up where less than 1 MiB of it goes on within this time, " + Parsers.SpanLetters + "; 10m if not given", HelpName = "TIME",
        CustomParser = Parsers.Span,
    };

    private readonly Option<string?> compression = new("--compression")
    {
        Description = "How hard new data are compressed: fastest, default, better or off (default: default)", HelpName = "LEVEL",
    };

    private readonly Option<bool> verifyAfter = new("--verify-after") { Description = "Read every chunk of the new point back and check it" };
    private readonly Option<string?> note = new("--note") { Description = "Words of your own, kept with the point", HelpName = "TEXT" };

    private BackupCommand(TimeProvider time) => retainUntil = new("--retain-until")
    {
        Description = "Keep the point at least until then: " + Parsers.UntilLetters, HelpName = "DATE", CustomParser = Parsers.Until(time),
    };

    public static CliCommand Create(CliApp app) => new BackupCommand(TimeProvider.System).Build(app);

    private CliCommand Build(CliApp app)
    {
        format.AcceptOnlyFromAmong("raw", "qcow2");
        consistency.CompletionSources.Clear();
        consistency.CompletionSources.Add([.. Parsers.ConsistencyLevels]);
        compression.AcceptOnlyFromAmong("fastest", "default", "better", "off");
        var command = new CliCommand("backup", "Back up VMs, or a disk image")
        {
            Examples =
            [
                "holdfast backup web1",
                "holdfast backup --all --retain-until 30d",
                "holdfast backup db1 --consistency application --strict-consistency --exclude-disk vdb",
                "holdfast backup --image /images/old.qcow2 --track",
            ],
            MoreExitCodes = CliCommand.OnVault(ExitCode.Degraded, ExitCode.Partial, ExitCode.Busy),
        }.With(vm, all, match, image, name, format, track, consistency, strict, exclude, full, retainUntil, limitRead, compression, slowAfter, stallAfter, verifyAfter, note);
        Parsers.Exclusive(command, vm, all, match, image);
        command.Validators.Add(result =>
        {
            if (!new Symbol[] { vm, all, match, image }.Any(s => Parsers.IsGiven(result, s)))
            {
                result.AddError("Name a VM, or give --all, --match GLOB or --image FILE.");
            }

            if (!Parsers.IsGiven(result, image) && new Symbol[] { name, format, track }.Any(s => Parsers.IsGiven(result, s)))
            {
                result.AddError("--name, --format and --track go with --image.");
            }

            if (Parsers.IsGiven(result, image) && new Symbol[] { consistency, strict, exclude }.Any(s => Parsers.IsGiven(result, s)))
            {
                result.AddError("--consistency, --strict-consistency and --exclude-disk are for VMs, not for an image.");
            }
        });
        app.Handle(command, RunAsync);
        return command;
    }

    private async Task<ExitCode> RunAsync(CommandRun run, CancellationToken ct)
    {
        var options = Options(run);
        if (run.Value(image) is { } path)
        {
            await using var vaultOnly = await run.OpenAsync(EngineNeeds.Vault, ct);
            return Finish(run, [await OneAsync(run, Path.GetFileName(path), null,
                progress => vaultOnly.BackupImageAsync(Path.GetFullPath(path), run.Value(name), run.Value(format), options, progress, ct), ct)]);
        }

        await using var engine = await run.OpenAsync(EngineNeeds.Vault | EngineNeeds.Host | EngineNeeds.Recovery | EngineNeeds.Owner, ct);
        var outcomes = new List<Outcome>();
        foreach (var target in await TargetsAsync(run, engine, ct))
        {
            outcomes.Add(ct.IsCancellationRequested
                ? Outcome.Failed(target.Name, target.Uuid, InputFaults.Cancelled(), run.Report.Language)
                : await OneAsync(run, target.Name, target.Uuid, progress => engine.BackupVmAsync(target.Uuid, options, progress, ct), ct));
        }

        return Finish(run, outcomes);
    }

    private BackupOptions Options(CommandRun run) => new()
    {
        Consistency = run.Value(consistency) ?? Consistency.Application,
        ConsistencyIsExplicit = run.Value(consistency) is not null,
        Strict = run.Value(strict),
        ExcludedDisks = run.Value(exclude) ?? [],
        Full = run.Value(full),
        RetainUntil = run.Value(retainUntil),
        LimitReadBytesPerSecond = run.Value(limitRead),
        SlowAfter = run.Value(slowAfter) ?? SlowJobs.BackupLimit,
        StallAfter = run.Value(stallAfter) ?? new BackupOptions().StallAfter,
        Compression = run.Value(compression) is { } level ? Enum.Parse<ChunkCompression>(level, ignoreCase: true) : ChunkCompression.Default,
        VerifyAfter = run.Value(verifyAfter),
        Note = run.Value(note),
        TrackImage = run.Value(track),
    };

    private async Task<IReadOnlyList<VmSummary>> TargetsAsync(CommandRun run, IEngine engine, CancellationToken ct)
    {
        if (run.Value(vm) is { } one)
        {
            return [await engine.FindExistingVmAsync(one, ct)];
        }

        var found = await engine.MatchVmsAsync(run.Value(match), ct);
        return found.Count > 0 ? found : throw InputFaults.NothingMatches("*").ToException();
    }

    private static async Task<Outcome> OneAsync(
        CommandRun run, string name, Guid? uuid, Func<IProgress<RunProgress>, Task<BackupResult>> backup, CancellationToken ct)
    {
        try
        {
            var result = await ProgressDisplay.RunAsync(name, run.Settings, run.Terminal, backup);
            if (!run.Report.IsJson)
            {
                run.Report.Notices(result.Warnings);
                Print(run.Report, result);
            }

            return new(result.Degraded ? ExitCode.Degraded : ExitCode.Done, BackupDocument.Of(result, run.Report.Language));
        }
        catch (FaultException e)
        {
            return Fail(e.Fault);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return Fail(InputFaults.Cancelled());
        }
#pragma warning disable CA1031 // One VM's surprise must not keep the others from being backed up: it is logged whole.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Fail(ErrorLog.Write(run.Terminal, e));
        }

        Outcome Fail(Fault fault)
        {
            if (!run.Report.IsJson)
            {
                run.Report.Line($"{name}: {(ExitCodes.Of(fault) == ExitCode.Cancelled ? "cancelled" : "failed")}");
            }

            run.Report.Explain(fault);
            return Outcome.Failed(name, uuid, fault, run.Report.Language);
        }
    }

    private static void Print(Reporter report, BackupResult r)
    {
        var disks = string.Join(", ", r.Point.Details.Disks.Select(d => $"{d.Target} {CliWords.In(report.Language, d.Mode == Protection.Points.ReadMode.Full ? "full" : "incremental")}"));
        var frozen = r.Timing.Frozen is { } f ? ", frozen for " + Figures.Duration(f) : "";
        report.Line($"{r.Point.Details.Name}: point {r.Point.Id} ({FaultCatalogue.Shared.Term("consistency", Level(r.Point.Details.Consistency), report.Language)}; {disks})");
        report.Line($"  read {Figures.Size(r.ReadBytes)}, new {Figures.Size(r.NewBytes)}, stored {Figures.Size(r.StoredBytes)} in {Figures.Duration(r.Timing.Total)}{frozen}");
        if (r.Timing.Phases is { } phases)
        {
            var spans = phases.ByName().Where(p => p.Value > TimeSpan.Zero).Select(p => $"{FaultCatalogue.Shared.Term("jobPhase", p.Key, report.Language)} {Figures.Duration(p.Value)}");
            report.Line("  time: " + string.Join(", ", spans));
        }
    }

    internal static string Level(Consistency consistency) => consistency.ToString().ToLowerInvariant();

    private static ExitCode Finish(CommandRun run, IReadOnlyList<Outcome> outcomes)
    {
        if (run.Report.IsJson)
        {
            run.Report.Json(new([.. outcomes.Select(o => o.Document)]), CliJson.Default.BackupsDocument);
        }
        else if (outcomes.Count > 1)
        {
            run.Report.Line($"{outcomes.Count(o => o.Document.Fault is null)} of {outcomes.Count} VMs backed up");
        }

        return Overall([.. outcomes.Select(o => o.Code)]);
    }

    /// <summary>One exit code for several VMs.</summary>
    internal static ExitCode Overall(IReadOnlyList<ExitCode> codes)
    {
        var failed = codes.Where(c => c is not (ExitCode.Done or ExitCode.Degraded)).ToList();
        if (failed.Contains(ExitCode.Cancelled))
        {
            return ExitCode.Cancelled;
        }

        return failed.Count == 0 ? codes.Max()
            : failed.Count < codes.Count ? ExitCode.Partial
            : failed.Distinct().Count() == 1 ? failed[0] : ExitCode.Failed;
    }

    private sealed record Outcome(ExitCode Code, BackupDocument Document)
    {
        public static Outcome Failed(string vm, Guid? uuid, Fault fault, FaultLanguage language)
        {
            var code = ExitCodes.Of(fault);
            return new(code, BackupDocument.Of(vm, uuid, code == ExitCode.Cancelled ? "cancelled" : "failed", fault, language));
        }
    }
}
