using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>azure-cli, pointed at a node, with a configuration of its own.</summary>
internal sealed class AzCli
{
    private readonly Dictionary<string, string> _environment;
    private readonly string[] _command;

    private AzCli(string configuration, string authority, params string[] command)
    {
        _command = command;
        _environment = new()
        {
            ["AZURE_CONFIG_DIR"] = configuration,
            ["REQUESTS_CA_BUNDLE"] = authority,
            ["AZURE_CORE_COLLECT_TELEMETRY"] = "0",
            ["AZURE_CORE_ONLY_SHOW_ERRORS"] = "1",
            ["PYTHONDONTWRITEBYTECODE"] = "1",
        };
    }

    /// <summary>Debian's azure-cli of this machine: registers the node as a cloud, and logs in with its first credential.</summary>
    public static Task<AzCli> LogInAsync(string configuration, ServedNode node)
    {
        var az = new AzCli(configuration, node.Authority, "az");
        az._environment["PYTHONPATH"] = Path.Combine(Host.Repository, "test/Holdfast.EndToEnd.Tests/Service/az");
        return az.LogInAsync(node);
    }

    /// <summary>An azure-cli of another system, unmodified, in the folder that scripts/az-2.74.sh made.</summary>
    public static Task<AzCli> LogInFromAsync(string root, string configuration, ServedNode node)
    {
        Directory.CreateDirectory(root + configuration);
        var authority = configuration + "/ca.crt";
        File.Copy(node.Authority, root + authority);
        return new AzCli(configuration, authority, "chroot", root, "az").LogInAsync(node);
    }

    /// <summary>Runs a command to success; gives its JSON, or null where it says nothing.</summary>
    public async Task<JsonNode?> RunAsync(params string[] arguments)
    {
        var output = (await TryAsync(arguments)).Succeeded();
        return string.IsNullOrWhiteSpace(output) ? null : JsonNode.Parse(output);
    }

    /// <summary>Runs a command of the backup group.</summary>
    public async Task<JsonNode> BackupAsync(params string[] arguments) => await RunAsync(["backup", .. arguments]) ?? new JsonObject();

    /// <summary>Runs a command of the backup group that fails; gives what it says.</summary>
    public async Task<string> RefusedAsync(params string[] arguments)
    {
        var result = await TryAsync(["backup", .. arguments]);
        Assert.True(result.ExitCode != 0, string.Join(' ', arguments) + " succeeded: " + result.Output);
        return result.Errors;
    }

    /// <summary>Runs a command, whatever becomes of it.</summary>
    public Task<ToolResult> TryAsync(params string[] arguments) =>
        Tool.TryAsync(_command[0], [.. _command[1..], .. arguments, "-o", "json"], environment: _environment);

    private async Task<AzCli> LogInAsync(ServedNode node)
    {
        var credential = node.InitialCredential();
        await RunAsync("cloud", "register", "-n", "Holdfast", "--endpoint-resource-manager", node.Address);
        await RunAsync("cloud", "set", "-n", "Holdfast");
        await RunAsync("login", "--service-principal", "-u", (string)credential["appId"]!, "-p", (string)credential["secret"]!, "--tenant", node.Tenant);
        return this;
    }
}
