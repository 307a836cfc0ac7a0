using System.Globalization;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A file system that fills up soon.</summary>
public sealed class SmallFileSystem : IAsyncDisposable
{
    private SmallFileSystem(string folder) => Folder = folder;

    /// <summary>Where it is mounted; QEMU may write there.</summary>
    public string Folder { get; }

    /// <summary>Mounts a tmpfs of the size given.</summary>
    public static async Task<SmallFileSystem> MountAsync(Host host, int mebibytes)
    {
        var folder = host.NewFolder("small");
        await Tool.RunAsync("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}M,mode=0777"), "small", folder)
            .ConfigureAwait(false);
        return new SmallFileSystem(folder);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Tool.TryAsync("umount", ["-l", Folder]).ConfigureAwait(false);
}
