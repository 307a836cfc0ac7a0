using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using Holdfast.EndToEnd.Tests.Harness;

[assembly: AssemblyFixture(typeof(Host))]

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>
/// The machine that the tests run on: its libvirt, a folder that QEMU can reach, and the test guest's kernel. All that the
/// tests make carries this run's prefix, and goes when the run ends; what a crashed run left goes when the next one starts.
/// </summary>
public sealed class Host : IAsyncLifetime
{
    private const string Marker = "hf-test-";
    private const string Images = "/var/lib/libvirt/images";
    private int _next;

    /// <summary>Starts the name of every domain and folder of this run.</summary>
    public string Prefix { get; } =
        $"{Marker}{Environment.ProcessId}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3))}";

    /// <summary>Folder of this run; QEMU may go through it.</summary>
    public string Root => Path.Combine(Images, Prefix);

    /// <summary>The test guest's kernel.</summary>
    public string Kernel => Path.Combine(Root, "vmlinuz");

    /// <summary>The test guest's initramfs.</summary>
    public string Initramfs => Path.Combine(Root, "initramfs.gz");

    /// <summary>Folder of the repository.</summary>
    public static string Repository { get; } = typeof(Host).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(a => a.Key == "RepositoryRoot").Value!;

    /// <summary>A name that nothing else of this run has.</summary>
    public string NewName(string kind) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{Interlocked.Increment(ref _next)}-{kind}");

    /// <summary>A new folder that QEMU can go through.</summary>
    public string NewFolder(string kind)
    {
        var path = Path.Combine(Root, NewName(kind)[(Prefix.Length + 1)..]);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return path;
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        (await Tool.TryVirshAsync("uri").ConfigureAwait(false)).Succeeded();
        await RemoveLeftoversAsync().ConfigureAwait(false);
        var guest = (await Tool.RunAsync(Path.Combine(Repository, "test/guest/build.sh")).ConfigureAwait(false)).Trim();
        Directory.CreateDirectory(Root);
        File.SetUnixFileMode(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        File.Copy(Path.Combine(guest, "vmlinuz"), Kernel);
        File.Copy(Path.Combine(guest, "initramfs.gz"), Initramfs);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await RemoveAsync(Prefix).ConfigureAwait(false);

    // Runs whose process is gone left these behind. The process id is part of the name.
    private static async Task RemoveLeftoversAsync()
    {
        var names = (await Tool.VirshAsync("list", "--all", "--name").ConfigureAwait(false)).Split('\n')
            .Concat(Directory.EnumerateDirectories(Images, Marker + "*").Select(Path.GetFileName));
        var prefixes = names.Where(n => n is not null && n.StartsWith(Marker, StringComparison.Ordinal))
            .Select(n => string.Join('-', n!.Split('-').Take(4))).Distinct();
        foreach (var prefix in prefixes.Where(p => p.Split('-') is [_, _, var pid, _] && !Directory.Exists($"/proc/{pid}")))
            await RemoveAsync(prefix).ConfigureAwait(false);
    }

    private static async Task RemoveAsync(string prefix)
    {
        foreach (var name in (await Tool.VirshAsync("list", "--all", "--name").ConfigureAwait(false)).Split('\n'))
        {
            if (name.StartsWith(prefix + "-", StringComparison.Ordinal))
                await Guest.RemoveAsync(name.Trim()).ConfigureAwait(false);
        }

        try
        {
            Directory.Delete(Path.Combine(Images, prefix), recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Never made, or another run was faster in removing what a dead one left.
        }
    }
}
