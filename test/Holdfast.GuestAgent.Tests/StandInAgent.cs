using System.Text;
using System.Text.Json;

namespace Holdfast.GuestAgent.Tests;

/// <summary>An agent in memory: answers by script, and keeps what it was asked.</summary>
internal sealed class StandInAgent : IGuestAgentChannel
{
    private readonly Dictionary<string, Func<JsonElement, string>> _answers = [];

    public List<string> Asked { get; } = [];

    public StandInAgent On(string command, Func<JsonElement, string> answer)
    {
        _answers[command] = answer;
        return this;
    }

    public StandInAgent On(string command, string reply) => On(command, _ => reply);

    public static StandInAgent AnsweringEverything(string reply) => new() { Default = reply };

    public string? Default { get; init; }

    public static string Return(string json) => $$"""{"return":{{json}}}""";

    public static string Error(string errorClass, string description) =>
        $$$"""{"error":{"class":"{{{errorClass}}}","desc":{{{JsonSerializer.Serialize(description)}}}}}""";

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    public GuestAgentClient Client(TimeProvider? clock = null) => new(this, new GuestAgentClientOptions { TimeProvider = clock ?? TimeProvider.System });

    public Task<string> ExchangeAsync(string commandJson, TimeSpan timeout, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Asked.Add(commandJson);
        using var command = JsonDocument.Parse(commandJson);
        var name = command.RootElement.GetProperty("execute").GetString()!;
        var arguments = command.RootElement.TryGetProperty("arguments", out var given) ? given : default;
        return Task.FromResult(_answers.TryGetValue(name, out var answer) ? answer(arguments)
            : Default ?? Error("CommandNotFound", $"The command {name} has not been found"));
    }
}
