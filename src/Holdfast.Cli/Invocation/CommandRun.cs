using System.CommandLine;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Invocation;

/// <summary>One run of one command: what was asked, where results go, and the way to the engine.</summary>
internal sealed class CommandRun(ParseResult line, Settings settings, Terminal terminal, Reporter report, IEngineFactory engines)
{
    public ParseResult Line { get; } = line;
    public Settings Settings { get; } = settings;
    public Terminal Terminal { get; } = terminal;
    public Reporter Report { get; } = report;

    /// <summary>Opens what the command works on, and tells what was cleaned up on the way.</summary>
    public async Task<IEngine> OpenAsync(EngineNeeds needs, CancellationToken ct)
    {
        var engine = await engines.OpenAsync(Settings, needs, Report, ct);
        Report.Notices(engine.StartNotices);
        return engine;
    }

    public IEngineFactory Engines => engines;

    public T? Value<T>(Option<T> option) => Line.GetValue(option);

    public T? Value<T>(Argument<T> argument) => Line.GetValue(argument);
}
