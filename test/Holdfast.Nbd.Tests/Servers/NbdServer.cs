using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Nbd.Tests.Servers;

/// <summary>A real server in the background, ready when it is returned.</summary>
internal sealed class NbdServer : IDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly int _pid;

    private NbdServer(TemporaryFolder folder, int pid)
    {
        _folder = folder;
        _pid = pid;
    }

    public NbdEndpoint Endpoint => NbdEndpoint.Unix(_folder.File("s"));

    public string Uri(string export = "") => $"nbd+unix:///{export}?socket={_folder.File("s")}";

    public static Task<NbdServer> NbdkitAsync(params string[] arguments) => NbdkitAtAsync(folder => ["-U", folder.File("s")], arguments);

    /// <summary>nbdkit on a TCP port of the loopback device; the port is the caller's choice.</summary>
    public static Task<NbdServer> NbdkitTcpAsync(int port, params string[] arguments) =>
        NbdkitAtAsync(_ => ["-i", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture)], arguments);

    public static async Task<NbdServer> QemuNbdAsync(params string[] arguments)
    {
        var folder = new TemporaryFolder();
        await Tool.DaemonAsync(
            "qemu-nbd", ["-t", "-e", "8", "--fork", "--pid-file", folder.File("p"), "-k", folder.File("s"), .. arguments]);
        return new NbdServer(folder, await PidAsync(folder));
    }

    public static async Task<NbdServer> QemuNbdTcpAsync(int port, params string[] arguments)
    {
        var folder = new TemporaryFolder();
        await Tool.DaemonAsync(
            "qemu-nbd",
            ["-t", "-e", "8", "--fork", "--pid-file", folder.File("p"), "-b", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), .. arguments]);
        return new NbdServer(folder, await PidAsync(folder));
    }

    public static async Task<NbdServer> StorageDaemonAsync(string image, string format, string export, string? bitmap = null)
    {
        var folder = new TemporaryFolder();
        var bitmaps = bitmap is null ? "" : $",bitmaps.0={bitmap}";
        await Tool.DaemonAsync(
            "qemu-storage-daemon", "--daemonize", "--pidfile", folder.File("p"),
            "--blockdev", $"driver=file,filename={image},node-name=file0,discard=unmap",
            "--blockdev", $"driver={format},file=file0,node-name=disk0,discard=unmap",
            "--nbd-server", $"addr.type=unix,addr.path={folder.File("s")},max-connections=8",
            "--export", $"type=nbd,id=e,node-name=disk0,name={export},writable=on{bitmaps}");
        return new NbdServer(folder, await PidAsync(folder));
    }

    public void Kill()
    {
        try
        {
            using var process = Process.GetProcessById(_pid);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // Ended by itself.
        }
    }

    public void Dispose()
    {
        Kill();
        _folder.Dispose();
    }

    private static async Task<NbdServer> NbdkitAtAsync(Func<TemporaryFolder, string[]> address, string[] arguments)
    {
        // nbdkit goes to the background before it listens; what says that it is ready is its pid file.
        var folder = new TemporaryFolder();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(folder.Path, "p");
        watcher.Created += (_, _) => ready.TrySetResult();
        watcher.EnableRaisingEvents = true;
        using var process = Process.Start("nbdkit", ["-f", .. address(folder), "-P", folder.File("p"), .. arguments]);
        var ended = process.WaitForExitAsync();
        Assert.True(await Task.WhenAny(ready.Task, ended) == ready.Task, "nbdkit ended at once");
        return new NbdServer(folder, process.Id);
    }

    private static async Task<int> PidAsync(TemporaryFolder folder) =>
        int.Parse(await File.ReadAllTextAsync(folder.File("p")), CultureInfo.InvariantCulture);
}
