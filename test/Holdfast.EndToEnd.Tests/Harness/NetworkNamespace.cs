using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>
/// A network of a test's own in the kernel: its interfaces, routes, firewall, ports and files of /etc are nobody else's, so addresses and ports are
/// picked freely. Only its loopback interface is up at first.
/// </summary>
public sealed partial class NetworkNamespace : IAsyncDisposable
{
    private const string Marker = "hf-test-";
    private const int NewNetwork = 0x40000000;

    private NetworkNamespace(string name) => Name = name;

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The libvirt of this machine, with commands that run in this network.</summary>
    public Libvirt Libvirt => new Inside(Name);

    private string Etc => Path.Combine("/etc/netns", Name);

    /// <summary>Makes one. Those that a killed run left are removed.</summary>
    public static async Task<NetworkNamespace> CreateAsync(Host host)
    {
        ArgumentNullException.ThrowIfNull(host);
        foreach (var left in (await Tool.RunAsync("ip", "netns", "list").ConfigureAwait(false)).Split('\n').Select(l => l.Split(' ')[0]).Where(n => n.StartsWith(Marker, StringComparison.Ordinal)))
        {
            if (!Directory.Exists($"/proc/{left.Split('-')[2]}"))
                await new NetworkNamespace(left).DisposeAsync().ConfigureAwait(false);
        }

        var made = new NetworkNamespace(host.NewName("network"));
        await Tool.RunAsync("ip", "netns", "add", made.Name).ConfigureAwait(false);
        await made.RunAsync("ip", "link", "set", "lo", "up").ConfigureAwait(false);
        return made;
    }

    /// <summary>Runs a program in this network; anything but exit code 0 fails the test.</summary>
    public Task<string> RunAsync(params string[] command) => Tool.RunAsync("ip", ["netns", "exec", Name, .. command]);

    /// <summary>Puts a file in the place of one in /etc for programs in this network; the latter has to exist.</summary>
    public async Task ReplaceAsync(string file, string content)
    {
        Directory.CreateDirectory(Etc);
        await File.WriteAllTextAsync(Path.Combine(Etc, file), content).ConfigureAwait(false);
    }

    /// <summary>Lays a cable to another network: 10.9.8.1 here, 10.9.8.2 there.</summary>
    public async Task ConnectAsync(NetworkNamespace other)
    {
        ArgumentNullException.ThrowIfNull(other);
        await Tool.RunAsync("ip", "-n", Name, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", other.Name).ConfigureAwait(false);
        foreach (var (end, address) in new[] { (this, "10.9.8.1/24"), (other, "10.9.8.2/24") })
        {
            await end.RunAsync("ip", "address", "add", address, "dev", "cable").ConfigureAwait(false);
            await end.RunAsync("ip", "link", "set", "cable", "up").ConfigureAwait(false);
        }
    }

    /// <summary>Listens in this network, for a server of the test's own process.</summary>
    public Socket Listen(string address, int port)
    {
        Socket? socket = null;
        Exception? failure = null;
        // The thread goes into the network for good, so it is one that nothing else uses; the socket stays where it was made.
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle($"/run/netns/{Name}");
                if (setns(file, NewNetwork) != 0)
                    throw new IOException(Marshal.GetLastPInvokeErrorMessage());
                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(address), port));
                socket.Listen();
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? socket! : throw new InvalidOperationException($"{address}:{port} in {Name}", failure);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Tool.TryAsync("ip", ["netns", "delete", Name]).ConfigureAwait(false);
        if (Directory.Exists(Etc))
            Directory.Delete(Etc, recursive: true);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(Microsoft.Win32.SafeHandles.SafeFileHandle descriptor, int type);

    private sealed class Inside(string name) : Libvirt
    {
        public override IReadOnlyList<string> AsUser => ["ip", "netns", "exec", name];
    }
}
