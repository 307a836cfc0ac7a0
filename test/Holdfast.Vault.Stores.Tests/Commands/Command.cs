using System.Diagnostics;
using System.Text.Json;
using Holdfast.Vault.Stores.Tests.Servers;

namespace Holdfast.Vault.Stores.Tests.Commands;

/// <summary>The real `holdfast` command on this machine, with a state, cache and passphrase of its own.</summary>
internal sealed class Command : IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "holdfast");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("holdfast-test-");

    public Command(string storeCredentials)
    {
        File.WriteAllText(this["passphrase"], "correct horse battery staple\n");
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
        using var process = Start(vault, arguments);
        var errors = process.StandardError.ReadToEndAsync(Ct);
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        var said = output + await errors;
        Assert.All(Secrets, s => Assert.DoesNotContain(s, said, StringComparison.Ordinal));
        return (process.ExitCode, output, await errors);
    }

    /// <summary>Runs, and is killed after a while if it hasn't ended.</summary>
    /// <returns>Whether it was killed.</returns>
    public async Task<bool> KillAsync(TimeSpan after, string vault, params string[] arguments)
    {
        using var process = Start(vault, arguments);
        var drained = Task.WhenAll(process.StandardOutput.ReadToEndAsync(Ct), process.StandardError.ReadToEndAsync(Ct));
        var ended = process.WaitForExitAsync(Ct);
        var killed = await Task.WhenAny(ended, Task.Delay(after, Ct)) != ended;
        process.Kill();
        await ended;
        await drained;
        return killed;
    }

    private Process Start(string vault, string[] arguments)
    {
        var start = new ProcessStartInfo(Program, [.. arguments, "--vault", vault, "--passphrase-file", this["passphrase"], "--store-credentials", this["store"], "--output", "json"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (var (name, folder) in ((string, string)[])[("HOLDFAST_STATE", "state"), ("HOLDFAST_CACHE", "cache"), ("HOLDFAST_SCRATCH", "scratch")])
        {
            start.Environment[name] = this[folder];
        }

        start.Environment["LC_ALL"] = "C.UTF-8";
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}
