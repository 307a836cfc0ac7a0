using System.Text.Json;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Health;

/// <summary>What `holdfast doctor` printed, read.</summary>
internal sealed class Examination
{
    private Examination(CliResult result)
    {
        Result = result;
        Rows =
        [
            .. result.Json.GetProperty("results").EnumerateArray().Select(r => new Row(
                r.GetProperty("check").GetString()!, r.GetProperty("outcome").GetString()!, r.GetProperty("found").GetString()!,
                r.GetProperty("fault") is { ValueKind: JsonValueKind.Object } fault ? fault.GetProperty("code").GetString() : null)),
        ];
    }

    public CliResult Result { get; }

    public IReadOnlyList<Row> Rows { get; }

    /// <summary>The codes of all faults: what was raised, and no neighbour.</summary>
    public IReadOnlyList<string> Codes => [.. Rows.Select(r => r.Code).OfType<string>().Distinct()];

    public static async Task<Examination> OfAsync(Node node, params string[] arguments) => new(await node.RunAsync(["doctor", .. arguments]));

    public Row this[string check] => Rows.First(r => r.Check == check);

    /// <summary>Exactly these faults were raised, and the command says so by its exit code.</summary>
    public void Raised(params string[] codes)
    {
        Assert.True(codes.Order().SequenceEqual(Codes.Order()), $"{string.Join(", ", codes)} expected\n{Result.Text}");
        Assert.True(Result.ExitCode is 11 or 12, Result.Text);
    }

    internal sealed record Row(string Check, string Outcome, string Found, string? Code);
}
