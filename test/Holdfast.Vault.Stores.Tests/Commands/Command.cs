using System.Diagnostics;
using System.Text.Json;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Remote;
using Holdfast.Vault.Stores.Tests.Servers;

namespace Holdfast.Vault.Stores.Tests.Commands;

/// <summary>
/// The `holdfast` command on this machine, with a state, cache and passphrase of its own: in this process, which needn't start anew for each line, or as a process
/// of its own, to be killed. The folders are named by the environment, which is the process's: classes that use this are of one collection.
/// </summary>
internal sealed class Command : IDisposable
{
    /// <summary>The collection.</summary>
    public const string Collection = "commands";

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "holdfast");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("holdfast-test-");

    public Command(string storeCredentials, string passphrase = "correct horse battery staple")
    {
        foreach (var (name, folder) in Folders)
        {
            Environment.SetEnvironmentVariable(name, folder);
        }

        File.WriteAllText(this["passphrase"], passphrase + "\n");
        File.WriteAllText(this["store"], storeCredentials);
        File.SetUnixFileMode(this["passphrase"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(this["store"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Secrets = [.. storeCredentials.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.Contains("SECRET") || l.Contains("KEY=")).Select(l => l.Split('=', 2)[1])];
    }

    /// <summary>What must never be said.</summary>
    public IReadOnlyList<string> Secrets { get; }

    /// <summary>All that the command may need to know of both servers.</summary>
    public static string CredentialsOfBoth { get; } = $"""
        AWS_ACCESS_KEY_ID=AKTEST
        AWS_SECRET_ACCESS_KEY=SKTEST
        AZURE_STORAGE_KEY={AzuriteServer.Key}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A path in the command's folder.</summary>
    public string this[string name] => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Runs to the end; anything but success fails the test.</summary>
    public async Task<JsonElement> RunAsync(string vault, params string[] arguments)
    {
        var (code, output, errors) = await TryAsync(vault, arguments);
        Assert.True(code == 0, $"holdfast {string.Join(' ', arguments)} ended with {code}: {errors}");
        return output.Length == 0 ? default : JsonDocument.Parse(output).RootElement;
    }

    /// <summary>Runs to the end, whatever it is.</summary>
    public async Task<(int Code, string Output, string Errors)> TryAsync(string vault, params string[] arguments)
    {
        var terminal = new Terminal { Out = new StringWriter(), Error = new StringWriter() };
        var app = new CliApp(terminal, new NodeFirstEngineFactory(new LocalEngineFactory(terminal), terminal));
        var code = (int)await app.RunAsync(Line(vault, arguments), Ct);
        var (output, errors) = (terminal.Out.ToString()!, terminal.Error.ToString()!);
        Assert.All(Secrets, s => Assert.DoesNotContain(s, output + errors, StringComparison.Ordinal));
        return (code, output, errors);
    }

    /// <summary>Runs as a process to the end, which must be a good one.</summary>
    public Task RunProcessAsync(string vault, params string[] arguments) => EndAsync(vault, arguments, Timeout.InfiniteTimeSpan);

    /// <summary>Runs, and is killed after a while if it hasn't ended.</summary>
    /// <returns>Whether it was killed.</returns>
    public Task<bool> KillAsync(TimeSpan after, string vault, params string[] arguments) => EndAsync(vault, arguments, after);

    private IEnumerable<(string Name, string Folder)> Folders =>
        [("HOLDFAST_STATE", this["state"]), ("HOLDFAST_CACHE", this["cache"]), ("HOLDFAST_SCRATCH", this["scratch"])];

    private string[] Line(string vault, string[] arguments) =>
        [.. arguments, "--vault", vault, "--passphrase-file", this["passphrase"], "--store-credentials", this["store"], "--output", "json"];

    private async Task<bool> EndAsync(string vault, string[] arguments, TimeSpan killAfter)
    {
        var start = new ProcessStartInfo(Program, Line(vault, arguments)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(Ct), process.StandardError.ReadToEndAsync(Ct));
        var ended = process.WaitForExitAsync(Ct);
        var isKilled = await Task.WhenAny(ended, Task.Delay(killAfter, Ct)) != ended;
        process.Kill();
        await ended;
        var texts = await said;
        Assert.All(Secrets, s => Assert.All(texts, t => Assert.DoesNotContain(s, t, StringComparison.Ordinal)));
        Assert.True(isKilled || process.ExitCode == 0, $"holdfast {string.Join(' ', arguments)} ended with {process.ExitCode}: {string.Join('\n', texts)}");
        return isKilled;
    }
}
