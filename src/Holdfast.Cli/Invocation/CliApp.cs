using System.CommandLine;
using System.CommandLine.Help;
using Holdfast.Cli.Commands;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Rendering;
using Holdfast.Faults;

namespace Holdfast.Cli.Invocation;

/// <summary>The command tree, and the one place where what goes wrong becomes a text and an exit code.</summary>
internal sealed class CliApp
{
    private readonly Terminal terminal;
    private readonly IEngineFactory engines;

    public CliApp(Terminal terminal, IEngineFactory engines)
    {
        this.terminal = terminal;
        this.engines = engines;
        Root = new RootCommand("Backs up KVM virtual machines that libvirt runs, and brings them back.");
        foreach (var option in Global.All)
        {
            Root.Options.Add(option);
        }

        Parsers.NotBlank(Root);
        foreach (var command in CommandTree.Create(this))
        {
            Root.Subcommands.Add(command);
        }

        var help = Root.Options.OfType<HelpOption>().Single();

        // Nobody asks so here, and they are paths.
        help.Aliases.Remove("/h");
        help.Aliases.Remove("/?");
        help.Action = new HelpWithExamples((HelpAction)help.Action!, line => ReporterOf(line).Language);
    }

    public RootCommand Root { get; }

    public GlobalOptions Global { get; } = new();

    /// <summary>Gives a command its action: faults, cancellation and surprises are dealt with around it.</summary>
    public void Handle(Command command, Func<CommandRun, CancellationToken, Task<ExitCode>> action)
    {
        Parsers.Exclusive(command, Global.Server, Global.Data);
        Parsers.NotBlank(command);
        command.SetAction(async (line, ct) => (int)await GuardedAsync(line, action, ct));
    }

    public async Task<ExitCode> RunAsync(string[] args, CancellationToken ct)
    {
        ParseResult? line = null;
        ExitCode code;
        try
        {
            line = Root.Parse(args);
            code = await RunLineAsync(line, args, ct);
        }
#pragma warning disable CA1031 // What isn't the work of a command, such as reading the line, mustn't end in a stack trace either.
        catch (Exception e)
#pragma warning restore CA1031
        {
            new Reporter(new Settings(), terminal).Failure(ErrorLog.Write(terminal, e));
            code = ExitCode.Failed;
        }

        if (terminal.OutFailure() is not { } failure)
        {
            return code;
        }

        // It was done; but who reads the output doesn't know what.
        (line is null ? new Reporter(new Settings(), terminal) : ReporterOf(line)).Explain(InputFaults.OutputLost(failure.Message));
        return code == ExitCode.Done ? ExitCode.OutputLost : code;
    }

    private async Task<ExitCode> RunLineAsync(ParseResult line, string[] args, CancellationToken ct)
    {
        if (line.Errors.Count > 0 && line.Action is not HelpAction and not HelpWithExamples)
        {
            var report = ReporterOf(line);
            var words = string.Join(' ', args.TakeWhile(a => !a.StartsWith('-')).Take(2).Prepend("holdfast"));
            report.Failure(InputFaults.InvalidArgument(words, string.Join(" ", line.Errors.Select(e => e.Message))));
            return ExitCode.Usage;
        }

        var configuration = new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return (ExitCode)await line.InvokeAsync(configuration, ct);
    }

    private Reporter ReporterOf(ParseResult wrongLine)
    {
        try
        {
            return new(Global.Read(wrongLine, terminal), terminal);
        }
        catch (InvalidOperationException)
        {
            // What is wrong is a global option itself.
            return new(new Settings(), terminal);
        }
    }

    private async Task<ExitCode> GuardedAsync(
        ParseResult line, Func<CommandRun, CancellationToken, Task<ExitCode>> action, CancellationToken ct)
    {
        var settings = Global.Read(line, terminal);
        var report = new Reporter(settings, terminal);
        try
        {
            return await action(new CommandRun(line, settings, terminal, report, engines), ct);
        }
        catch (FaultException e)
        {
            report.Failure(e.Fault);
            return ExitCodes.Of(e.Fault);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            report.Failure(InputFaults.Cancelled());
            return ExitCode.Cancelled;
        }
#pragma warning disable CA1031 // The last place that can tell the user: everything is caught, logged whole and named by an id.
        catch (Exception e)
#pragma warning restore CA1031
        {
            report.Failure(ErrorLog.Write(terminal, e));
            return ExitCode.Failed;
        }
    }
}
