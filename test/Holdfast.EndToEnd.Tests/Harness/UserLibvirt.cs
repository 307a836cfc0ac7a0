using System.Diagnostics;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>
/// qemu:///session of a user without privileges, with folders and a daemon of its own: the daemon may be stopped and started without
/// any other test's noticing.
/// </summary>
public sealed class UserLibvirt : Libvirt, IAsyncDisposable
{
    private const string User = "nobody";
    private readonly string _folder;
    private Process? _daemon;

    private UserLibvirt(string folder)
    {
        _folder = folder;
        Environment = new Dictionary<string, string>
        {
            ["HOME"] = folder,
            ["XDG_RUNTIME_DIR"] = Path.Combine(folder, "r"),
            ["XDG_CONFIG_HOME"] = Path.Combine(folder, "c"),
            ["XDG_CACHE_HOME"] = Path.Combine(folder, "h"),
            ["XDG_STATE_HOME"] = Path.Combine(folder, "s"),
            // Else a client starts a daemon where the test has stopped it.
            ["LIBVIRT_AUTOSTART"] = "0",
            ["LIBVIRT_LOG_OUTPUTS"] = $"3:file:{Path.Combine(folder, "log")}",
        };
    }

    /// <inheritdoc/>
    public override string Uri => "qemu:///session";

    /// <summary>Where its daemon listens.</summary>
    public string Socket => Path.Combine(Environment["XDG_RUNTIME_DIR"], "libvirt/libvirt-sock");

    /// <inheritdoc/>
    public override IReadOnlyList<string> AsUser { get; } = ["setpriv", "--reuid", User, "--regid", "nogroup", "--clear-groups", "--inh-caps=-all"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Makes the user's folders and starts the daemon.</summary>
    public static async Task<UserLibvirt> StartAsync()
    {
        // Names of sockets are short: not below the folder of images.
        var libvirt = new UserLibvirt(Directory.CreateTempSubdirectory("hf-").FullName);
        foreach (var folder in libvirt.Environment.Values.Where(v => v.StartsWith('/')))
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await libvirt.GiveAsync(libvirt._folder).ConfigureAwait(false);
        await libvirt.StartDaemonAsync().ConfigureAwait(false);
        return libvirt;
    }

    /// <inheritdoc/>
    public override Task GiveAsync(string folder) => Tool.RunAsync("chown", "-R", User + ":nogroup", folder);

    /// <summary>Starts the daemon unless it runs, and waits until it answers.</summary>
    public async Task StartDaemonAsync()
    {
        if (_daemon is not null)
            return;
        var start = new ProcessStartInfo(AsUser[0]) { WorkingDirectory = "/" };
        foreach (var word in AsUser.Skip(1).Append("libvirtd"))
            start.ArgumentList.Add(word);
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        _daemon = Process.Start(start) ?? throw new InvalidOperationException("libvirtd did not start.");
        await Eventually.TrueAsync("libvirtd answers", async () => (await TryVirshAsync("uri").ConfigureAwait(false)).ExitCode == 0).ConfigureAwait(false);
    }

    /// <summary>Ends the daemon at once; the VMs run on.</summary>
    public async Task StopDaemonAsync()
    {
        using var daemon = _daemon!;
        _daemon = null;
        daemon.Kill();
        await daemon.WaitForExitAsync().ConfigureAwait(false);
    }

    /// <summary>Sends the daemon a signal (STOP, CONT).</summary>
    public Task SignalDaemonAsync(string signal) => Tool.SignalAsync(signal, _daemon!.Id);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
            await StopDaemonAsync().ConfigureAwait(false);
        // libvirtd starts it for the consoles' logs.
        var logger = Path.Combine(Environment["XDG_RUNTIME_DIR"], "libvirt/virtlogd.pid");
        if (File.Exists(logger))
            await Tool.TryAsync("kill", [File.ReadAllText(logger).Trim()]).ConfigureAwait(false);
        Directory.Delete(_folder, recursive: true);
    }
}
