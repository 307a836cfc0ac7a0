using System.Diagnostics;

namespace Holdfast.Vault.Stores.Tests.Servers;

/// <summary>A real server that one of the scripts in test/stores runs, for all tests of the assembly. It ends when its standard input does, also if this process is killed.</summary>
/// <param name="script">The script.</param>
/// <param name="scheme">Opens its stores.</param>
/// <param name="above">What stands before the container in its URLs' paths.</param>
/// <param name="credentials">Who may use it.</param>
public abstract class StoreServer<TStore>(string script, IStoreScheme scheme, string above, Dictionary<string, string> credentials) : IAsyncLifetime
    where TStore : RemoteStore
{
    /// <summary>The container, or bucket, of most tests.</summary>
    public const string Container = "plain";

    private readonly System.Text.StringBuilder _said = new();
    private Process? _process;

    /// <summary>Where it listens.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>What its stores are opened with.</summary>
    public StoreContext Context { get; } = new() { Credentials = StoreCredentials.Of(credentials) };

    /// <summary>A place of its own for each test.</summary>
    public string NewPlace(string container = Container) => $"{scheme.Kind}+http://{Url.Authority}/{above}{container}/{Guid.NewGuid():N}";

    /// <summary>The bare store of a place.</summary>
    public TStore Open(string place, StoreContext? context = null) => (TStore)scheme.Open(place, context ?? Context);

    public async ValueTask InitializeAsync()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Holdfast.slnx")))
        {
            root = root.Parent;
        }

        _process = Process.Start(new ProcessStartInfo("bash", [Path.Combine(root!.FullName, "test", "stores", script)])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        _process.ErrorDataReceived += (_, e) =>
        {
            lock (_said)
            {
                _said.AppendLine(e.Data);
            }
        };
        _process.BeginErrorReadLine();
        var line = await _process.StandardOutput.ReadLineAsync();
        if (line?.StartsWith("READY ", StringComparison.Ordinal) is not true)
        {
            await _process.WaitForExitAsync();
            throw new InvalidOperationException($"{script} didn't start: {_said}");
        }

        Url = new Uri(line["READY ".Length..]);
        await PrepareAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Makes what all tests use.</summary>
    protected abstract Task PrepareAsync();
}
