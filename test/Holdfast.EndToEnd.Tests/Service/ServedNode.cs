using System.Diagnostics;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>A node of the test's own: `holdfast serve` on a free port of this machine, in a folder that goes with it.</summary>
public sealed class ServedNode : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private ServedNode(string folder, Process process, Task<string> errors, JsonObject serving)
    {
        Folder = folder;
        _process = process;
        _errors = errors;
        Address = (string)serving["address"]!;
        Tenant = (string)serving["tenant"]!;
        Output = serving.ToJsonString();
    }

    /// <summary>Its data folder.</summary>
    public string Folder { get; }

    /// <summary>Where it is reached.</summary>
    public string Address { get; }

    /// <summary>Its tenant.</summary>
    public string Tenant { get; }

    /// <summary>What it wrote to standard output.</summary>
    public string Output { get; }

    /// <summary>Its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>The authority that clients have to trust.</summary>
    public string Authority => Path.Combine(Folder, "tls", "ca.crt");

    /// <summary>Starts a node and waits until it says where it is.</summary>
    public static Task<ServedNode> StartAsync(string folder, params string[] more) => StartAsync(folder, new Dictionary<string, string>(), more);

    /// <summary>Starts a node with environment variables of the test's, and waits until it says where it is.</summary>
    public static Task<ServedNode> StartAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] more) =>
        StartAsync([], folder, environment, more);

    /// <summary>Starts a node of a libvirt's user, in a folder that is the user's.</summary>
    public static Task<ServedNode> StartAsync(string folder, Harness.Libvirt libvirt, params string[] more) =>
        StartAsync(libvirt.AsUser, folder, libvirt.Environment, ["--connect", libvirt.Uri, .. more]);

    /// <summary>Starts a node by way of a command that runs the words behind it, and waits until it says where it is.</summary>
    public static async Task<ServedNode> StartAsync(IReadOnlyList<string> before, string folder, IReadOnlyDictionary<string, string> environment, string[] more)
    {
        string[] words = [.. before, HoldfastProgram.FilePath, "serve", "--data", folder, "--listen", "127.0.0.1:0", "--output", "json", .. more];
        var start = new ProcessStartInfo(words[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        foreach (var argument in words[1..])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = "";
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            text += line + "\n";
            if (line != "}")
                continue;
            var document = JsonNode.Parse(text)!.AsObject();
            Assert.True(document["address"] is not null, text);
            return new ServedNode(folder, process, errors, document);
        }

        throw new InvalidOperationException($"The node ended: {text} {await errors}");
    }

    /// <summary>Runs a holdfast command on this node's folder and gives its JSON.</summary>
    public async Task<JsonObject> RunAsync(params string[] arguments) => JsonNode.Parse(
        (await Tool.TryAsync(HoldfastProgram.FilePath, [.. arguments, "--data", Folder, "--output", "json"])).Succeeded())!.AsObject();

    /// <summary>The first administrator's credential.</summary>
    public JsonObject InitialCredential() => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "initial-credential")))!.AsObject();

    /// <summary>Whether it runs a program of QEMU's, to look at images or to read them.</summary>
    public async Task<bool> HasOpenedImagesAsync() =>
        (await Tool.TryAsync("pgrep", ["-P", ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), "^qemu-"])).ExitCode == 0;

    /// <summary>Asks with curl, trusting only the node's authority; gives status and body.</summary>
    public async Task<(int Status, string Body)> CurlAsync(string path, string? token = null, params string[] more)
    {
        var result = await Tool.TryAsync("curl", ["-sS", "--cacert", Authority, "-w", "\n%{http_code}", .. token is null ? [] : (string[])["-H", "Authorization: Bearer " + token], .. more, Address + path]);
        var output = result.Succeeded();
        var last = output.TrimEnd().LastIndexOf('\n');
        return (int.Parse(output[(last + 1)..], System.Globalization.CultureInfo.InvariantCulture), output[..Math.Max(last, 0)]);
    }

    /// <summary>Logs in with a credential and gives the access token.</summary>
    public async Task<string> TokenAsync(JsonObject credential)
    {
        var (status, body) = await CurlAsync("/adfs/oauth2/token", null, "-d", "grant_type=client_credentials", "-d", "client_id=" + (string)credential["appId"]!, "-d", "client_secret=" + (string)credential["secret"]!);
        Assert.True(status == 200, body);
        return (string)JsonNode.Parse(body)!["access_token"]!;
    }

    /// <summary>Stops it as systemd does; gives its exit code and its log.</summary>
    public async Task<(int Code, string Log)> StopAsync(string signal = "TERM")
    {
        await Tool.SignalAsync(signal, _process.Id);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await _process.WaitForExitAsync(limit.Token);
        return (_process.ExitCode, await _errors);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
