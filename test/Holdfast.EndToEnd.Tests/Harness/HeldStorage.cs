using System.Globalization;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>Storage that is slow or gives errors, and stands still at will: nbdkit serves what disks are based on, and answers nothing while it is held.</summary>
public sealed class HeldStorage : IAsyncDisposable
{
    private const int SizeMiB = 32;
    private readonly string _socket;
    private readonly int _process;

    private HeldStorage(string socket, int process) => (_socket, _process) = (socket, process);

    /// <summary>A disk of its size.</summary>
    public static DiskSpec Disk => new("vda") { SizeMiB = SizeMiB };

    /// <summary>Starts it, for a libvirt's user.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="libvirt">Whose user it is for.</param>
    /// <param name="filter">nbdkit's filter that decides how it answers.</param>
    /// <param name="settings">The filter's settings: rdelay=2 gives time to hold it after a job has begun.</param>
    public static async Task<HeldStorage> StartAsync(Host host, Libvirt libvirt, string filter = "delay", params string[] settings)
    {
        var folder = host.NewFolder("nbd");
        await libvirt.GiveAsync(folder).ConfigureAwait(false);
        var (socket, pid) = (Path.Combine(folder, "sock"), Path.Combine(folder, "pid"));
        string[] words = [.. libvirt.AsUser, "nbdkit", "-U", socket, "-P", pid, "--filter=noextents", "--filter=" + filter, "memory", $"{SizeMiB}M", .. settings];
        await Tool.RunAsync(words[0], words[1..]).ConfigureAwait(false);
        // It has gone into the background by now, and says there when it is ready.
        var process = 0;
        await Eventually.TrueAsync("nbdkit serves", async () =>
            File.Exists(pid) && int.TryParse(await File.ReadAllTextAsync(pid).ConfigureAwait(false), CultureInfo.InvariantCulture, out process)).ConfigureAwait(false);
        return new HeldStorage(socket, process);
    }

    /// <summary>Bases a shut-off VM's first disk on it. The image's own clusters are small: what is written to it leaves most of a chunk to the base.</summary>
    public async Task PutUnderAsync(BareVm vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        var path = vm.Disks[0].Path;
        File.Delete(path);
        await Tool.RunAsync(
            "qemu-img", "create", "-q", "-f", "qcow2", "-o", "cluster_size=4k", "-b", $"nbd+unix:///?socket={_socket}", "-F", "raw", "-u", path, $"{SizeMiB}M").ConfigureAwait(false);
        await vm.Guest.Libvirt.GiveAsync(vm.Guest.Folder).ConfigureAwait(false);
    }

    /// <summary>No read is answered any more.</summary>
    public Task HoldAsync() => Tool.SignalAsync("STOP", _process);

    /// <summary>All reads are answered again.</summary>
    public Task ReleaseAsync() => Tool.SignalAsync("CONT", _process);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ReleaseAsync().ConfigureAwait(false);
        await Tool.SignalAsync("TERM", _process).ConfigureAwait(false);
    }
}
