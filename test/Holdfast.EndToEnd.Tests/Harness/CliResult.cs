using System.Text.Json;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>What a run of the holdfast command left: exit code, its JSON document, and what it said on stderr.</summary>
public sealed record CliResult(ToolResult Tool)
{
    /// <summary>The exit code.</summary>
    public int ExitCode => Tool.ExitCode;

    /// <summary>Everything that it printed, for messages and for looking for words in it.</summary>
    public string Text => $"'{Tool.Command}' ended with {Tool.ExitCode}\n{Tool.Output}\n{Tool.Errors}";

    /// <summary>The JSON document on stdout.</summary>
    public JsonElement Json
    {
        get
        {
            try
            {
                using var document = JsonDocument.Parse(Tool.Output);
                return document.RootElement.Clone();
            }
            catch (JsonException e)
            {
                throw new InvalidOperationException($"Not JSON: {Text}", e);
            }
        }
    }

    /// <summary>This result, once the command ended with 0.</summary>
    public CliResult Succeeded()
    {
        Assert.True(ExitCode == 0, Text);
        return this;
    }

    /// <summary>The one backup in it.</summary>
    public BackupRun Backup => new(Assert.Single(Json.GetProperty("results").EnumerateArray()));

    /// <summary>The fault that ended the command.</summary>
    public string FaultCode
    {
        get
        {
            Assert.True(ExitCode != 0, Text);
            var root = Json;
            if (root.TryGetProperty("results", out var results))
                root = Assert.Single(results.EnumerateArray());
            return root.GetProperty("fault").GetProperty("code").GetString()!;
        }
    }
}
