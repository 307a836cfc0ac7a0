using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>A node with azure-cli logged in to it, shared by the tests that drive it: az takes its seconds for each command.</summary>
public sealed class AzNode(Host host) : IAsyncLifetime
{
    /// <summary>The node.</summary>
    public ServedNode Node { get; private set; } = null!;

    /// <summary>An access token of its owner.</summary>
    public string Token { get; private set; } = "";

    /// <summary>The path of the node's resource group.</summary>
    public string Group => $"/subscriptions/{(string)Node.InitialCredential()["subscription"]!}/resourceGroups/holdfast";

    internal AzCli Az { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await StartNodeAsync();
        Az = await AzCli.LogInAsync(host.NewFolder("az"), Node);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Node?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Starts the node alone, for another client.</summary>
    public async Task StartNodeAsync()
    {
        Node = await ServedNode.StartAsync(host.NewFolder("served"));
        Token = await Node.TokenAsync(Node.InitialCredential());
    }

    /// <summary>The path of a vault.</summary>
    public string Vault(string name) => $"{Group}/providers/Microsoft.RecoveryServices/vaults/{name}";

    /// <summary>Asks the API itself, with a body if there is one; gives its answer's JSON.</summary>
    public async Task<JsonNode> AskAsync(string method, string path, string? body = null, int expected = 200)
    {
        string[] more = body is null ? ["-X", method] : ["-X", method, "-H", "Content-Type: application/json", "-d", body];
        var (status, text) = await Node.CurlAsync(path, Token, more);
        Assert.True(status == expected, $"{status}: {text}");
        return JsonNode.Parse(text.Length == 0 ? "{}" : text)!;
    }

    /// <summary>Waits until a job is over. az's own `job wait` looks every 30 seconds: the same question is asked here more often.</summary>
    public async Task<string> EndedAsync(string vault, JsonNode job, params string[] expected)
    {
        ArgumentNullException.ThrowIfNull(job);
        var name = (string)job["name"]!;
        JsonNode? seen = null;
        await Eventually.TrueAsync($"{name} is over", async () =>
        {
            seen = await AskAsync("GET", $"{Vault(vault)}/backupJobs/{name}");
            return (string)seen["properties"]!["status"]! is not ("InProgress" or "Cancelling");
        });
        Assert.True(expected.Contains((string)seen!["properties"]!["status"]!), seen.ToJsonString());
        return name;
    }
}
