using System.Text.Json;
using Holdfast.Cli.Invocation;
using Spectre.Console.Testing;

namespace Holdfast.Cli.Tests;

/// <summary>Runs the command in this process and keeps what it wrote.</summary>
internal sealed class Cli
{
    public FakeEngine Engine { get; } = new();
    public Dictionary<string, string> Variables { get; } = new() { ["HOLDFAST_VAULT"] = "/vault" };
    public TextReader In { get; init; } = TextReader.Null;
    public StringWriter Out { get; } = new();
    public StringWriter Error { get; } = new();
    public bool OutIsTerminal { get; init; }
    public TestConsole? Asked { get; init; }

    public Task<ExitCode> RunAsync(string line, CancellationToken ct = default) => RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), ct);

    public async Task<ExitCode> RunAsync(string[] words, CancellationToken ct)
    {
        var terminal = new Terminal
        {
            In = In, Out = Out, Error = Error, OutIsTerminal = OutIsTerminal, CanAsk = Asked is not null, Variable = name => Variables.GetValueOrDefault(name),
        };
        if (Asked is not null)
        {
            terminal = new Terminal
            {
                Out = Out, Error = Error, OutIsTerminal = OutIsTerminal, CanAsk = true, Variable = name => Variables.GetValueOrDefault(name),
                ConsoleOn = (_, _) => Asked,
            };
        }

        return await new CliApp(terminal, Engine).RunAsync(words, ct);
    }

    public JsonElement Json => JsonDocument.Parse(Out.ToString()).RootElement;
}
