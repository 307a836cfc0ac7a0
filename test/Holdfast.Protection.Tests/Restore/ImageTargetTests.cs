using System.Diagnostics;
using System.Security.Cryptography;
using Holdfast.Protection.Node;
using Holdfast.Protection.Restore;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Tests.Restore;

public sealed class ImageTargetTests
{
    private const int MiB = 1024 * 1024;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("raw", 37 * MiB)]
    [InlineData("raw", (3 * MiB) + 512)]
    [InlineData("qcow2", 37 * MiB)]
    [InlineData("qcow2", (3 * MiB) + 512)]
    [InlineData("luks", (3 * MiB) + 512)]
    public async Task An_image_holds_what_was_written_and_zeros_elsewhere(string format, long size)
    {
        using var folder = new TemporaryFolder();
        var path = folder["disk." + format];
        var expected = new byte[size];
        await using (var target = await CreateAsync(format, path, size))
        {
            var writes = new List<Task>();
            for (var chunk = 0L; chunk * 256 * 1024 < size; chunk += 3)
            {
                var offset = chunk * 256 * 1024;
                var data = expected.AsMemory((int)offset, (int)Math.Min(256 * 1024, size - offset));
                // A hole of 64 KiB in the middle of each chunk.
                RandomNumberGenerator.Fill(data.Span);
                if (data.Length > 128 * 1024)
                    data.Span.Slice(64 * 1024, 64 * 1024).Clear();
                writes.Add(target.WriteAsync(offset, data, Ct).AsTask());
            }

            await Task.WhenAll(writes);
            await target.CompleteAsync(Ct);
        }

        Assert.Equal(Convert.ToHexString(SHA256.HashData(expected)), Convert.ToHexString(SHA256.HashData(await ContentAsync(format, path, folder))));
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public async Task A_large_disk_with_little_data_stays_thin(string format)
    {
        using var folder = new TemporaryFolder();
        var path = folder["disk." + format];
        const long size = 64L * 1024 * MiB;
        await using (var target = await CreateAsync(format, path, size))
        {
            var chunk = new byte[256 * 1024];
            chunk[200 * 1024] = 1;
            await target.WriteAsync(size / 2, chunk, Ct);
            await target.CompleteAsync(Ct);
            Assert.Equal(64 * 1024, target.WrittenBytes);
        }

        Assert.InRange(HostFile.Look(path)!.Value.AllocatedBytes, 64 * 1024, 2 * MiB);
    }

    [Fact]
    public async Task A_restored_qcow2_image_can_hold_dirty_bitmaps()
    {
        using var folder = new TemporaryFolder();
        var path = folder["disk.qcow2"];
        await using (var target = await CreateAsync("qcow2", path, 10 * MiB))
            await target.CompleteAsync(Ct);
        await RunAsync("qemu-img", "bitmap", "--add", path, "b0");
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public async Task An_existing_file_is_never_touched(string format)
    {
        using var folder = new TemporaryFolder();
        var path = folder["disk"];
        await File.WriteAllTextAsync(path, "precious", Ct);
        await Assert.ThrowsAsync<IOException>(() => CreateAsync(format, path, MiB));
        Assert.Equal("precious", await File.ReadAllTextAsync(path, Ct));
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public async Task New_images_are_their_owners_alone(string format)
    {
        using var folder = new TemporaryFolder();
        await using var target = await CreateAsync(format, folder["disk"], MiB);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, HostFile.Look(folder["disk"])!.Value.Mode);
    }

    [Fact]
    public async Task Data_beyond_the_end_is_refused()
    {
        using var folder = new TemporaryFolder();
        await using var target = RawFileTarget.Create(folder["disk"], MiB);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await target.WriteAsync(MiB - 1, new byte[] { 1, 1 }, Ct));
    }

    [Fact]
    public async Task QEMU_and_an_image_lock_keep_each_other_out()
    {
        using var folder = new TemporaryFolder();
        var path = folder["disk.qcow2"];
        await RunAsync("qemu-img", "create", "-q", "-f", "qcow2", path, "10M");
        using (var held = ImageLock.TryTake(path))
        {
            Assert.NotNull(held);
            Assert.Contains("lock", await FailAsync("qemu-io", "-f", "qcow2", "-c", "write 0 64k", path), StringComparison.Ordinal);
        }

        await using (var user = await OpenByQemuAsync(path))
            Assert.Null(ImageLock.TryTake(path));
        using var again = ImageLock.TryTake(path);
        Assert.NotNull(again);
    }

    private static async Task<StorageDaemon> OpenByQemuAsync(string path)
    {
        var daemon = await StorageDaemon.StartAsync(Ct);
        await daemon.OpenImageAsync("image", path, "qcow2", writable: true, Ct);
        return daemon;
    }

    private static async Task<ImageTarget> CreateAsync(string format, string path, long size) => format switch
    {
        "raw" => RawFileTarget.Create(path, size),
        "luks" => await QemuTarget.CreateLuksAsync(path, size, new ImageEncryption("pass"u8.ToArray()) { DerivationMilliseconds = 10 }, null, Ct),
        _ => await QemuTarget.CreateQcow2Async(path, size, null, null, Ct),
    };

    // Read back by QEMU itself, not by what wrote it.
    private static async Task<byte[]> ContentAsync(string format, string path, TemporaryFolder folder)
    {
        if (format == "raw")
            return await File.ReadAllBytesAsync(path, Ct);
        if (format == "luks")
        {
            await RunAsync("qemu-img", "convert", "--object", "secret,id=k,data=pass", "--image-opts", "-O", "raw", $"driver=luks,key-secret=k,file.filename={path}", folder["plain"]);
            return await File.ReadAllBytesAsync(folder["plain"], Ct);
        }

        await RunAsync("qemu-img", "check", "-q", path);
        await RunAsync("qemu-img", "convert", "-f", format, "-O", "raw", path, folder["plain"]);
        return await File.ReadAllBytesAsync(folder["plain"], Ct);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var (code, error) = await ExecuteAsync(program, arguments);
        Assert.True(code == 0, error);
    }

    private static async Task<string> FailAsync(string program, params string[] arguments)
    {
        var (code, error) = await ExecuteAsync(program, arguments);
        Assert.NotEqual(0, code);
        return error;
    }

    private static async Task<(int Code, string Error)> ExecuteAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync(Ct);
        var error = await process.StandardError.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        return (process.ExitCode, error + await output);
    }
}
