using Spectre.Console;

namespace Holdfast.Cli.Invocation;

/// <summary>What a run of the command is connected to. Tests give their own.</summary>
internal sealed class Terminal
{
    /// <summary>What is piped in.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Results.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Why results were lost on the way to <see cref="Out"/>; null if none were.</summary>
    public Func<Exception?> OutFailure { get; init; } = () => null;

    /// <summary>Messages and progress.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether results go to a terminal.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether messages go to a terminal, so that progress may be drawn.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether somebody can be asked.</summary>
    public bool CanAsk { get; init; }

    /// <summary>The process's environment.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>The clock and the local time zone.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Makes a console that draws on a writer; width and colours as the terminal has them.</summary>
    public Func<TextWriter, bool, IAnsiConsole> ConsoleOn { get; init; } = PlainConsole;

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess()
    {
        // Set on the console itself: whoever writes there, a signal handler for one, must not end the process by it.
        var output = InheritedOutput.IsOpen(InheritedOutput.Out) ? new ForgivingWriter(Console.Out) : ForgivingWriter.Closed();
        Console.SetOut(output);
        Console.SetError(InheritedOutput.IsOpen(InheritedOutput.Error) ? new ForgivingWriter(Console.Error) : ForgivingWriter.Closed());
        return Connected(output);
    }

    private static Terminal Connected(ForgivingWriter output) => new()
    {
        In = Console.In,
        Out = Console.Out,
        OutFailure = () => output.Failure,
        Error = Console.Error,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        CanAsk = !Console.IsInputRedirected && !Console.IsErrorRedirected,
        Variable = Environment.GetEnvironmentVariable,
        ConsoleOn = (writer, colour) => AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            ColorSystem = colour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        }),
    };

    private static IAnsiConsole PlainConsole(TextWriter writer, bool colour) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(writer),
        Ansi = AnsiSupport.No,
        ColorSystem = ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
    });
}
