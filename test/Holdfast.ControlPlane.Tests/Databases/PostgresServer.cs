using System.Diagnostics;

[assembly: AssemblyFixture(typeof(Holdfast.ControlPlane.Tests.Databases.PostgresServer))]

namespace Holdfast.ControlPlane.Tests.Databases;

/// <summary>A PostgreSQL server of the tests' own, on a socket in a temporary folder. Started when a test first asks, stopped at the end.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private string? _folder;

    private static string Programs { get; } =
        Directory.EnumerateDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).First() + "/bin";

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(CancellationToken ct)
    {
        await _starting.WaitAsync(ct);
        try
        {
            _folder ??= await StartAsync(ct);
        }
        finally
        {
            _starting.Release();
        }

        var name = $"test_{Guid.NewGuid():N}";
        await RunAsync("psql", ["-h", _folder, "-d", "postgres", "-q", "-c", $"CREATE DATABASE {name}"], ct);
        return $"Host={_folder};Username=postgres;Database={name};Maximum Pool Size=20";
    }

    public async ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            await RunAsync("pg_ctl", ["-D", _folder + "/data", "-m", "immediate", "-s", "stop"], CancellationToken.None);
            Directory.Delete(_folder, recursive: true);
        }

        _starting.Dispose();
    }

    private static async Task<string> StartAsync(CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-pg-").FullName;
        await ExecuteAsync("chown", ["postgres", folder], ct);
        await RunAsync("initdb", ["-D", folder + "/data", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"], ct);
        // Durability is PostgreSQL's own business, not the tests'.
        await RunAsync("pg_ctl", ["-D", folder + "/data", "-w", "-s", "-l", folder + "/log", "-o",
            $"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=500", "start"], ct);
        return folder;
    }

    // It refuses to run as root.
    private static Task RunAsync(string program, string[] arguments, CancellationToken ct) => Environment.UserName == "root"
        ? ExecuteAsync("runuser", ["-u", "postgres", "--", $"{Programs}/{program}", .. arguments], ct)
        : ExecuteAsync($"{Programs}/{program}", arguments, ct);

    private static async Task ExecuteAsync(string program, string[] arguments, CancellationToken ct)
    {
        // Only what ends before the server starts: that keeps its starter's streams open.
        var isTalkative = arguments.Any(a => a.EndsWith("initdb", StringComparison.Ordinal)) || program.EndsWith("initdb", StringComparison.Ordinal);
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { WorkingDirectory = "/", RedirectStandardOutput = isTalkative })!;
        if (isTalkative)
            await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}");
    }
}
