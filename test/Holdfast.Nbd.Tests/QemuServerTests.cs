using System.Text.Json;
using Holdfast.Nbd.Tests.Servers;

namespace Holdfast.Nbd.Tests;

/// <summary>qemu-nbd and qemu-storage-daemon; nbdinfo, nbdcopy and qemu-img are the independent witnesses.</summary>
public sealed class QemuServerTests : IDisposable
{
    private const long SizeBytes = 64 << 20;
    private readonly TemporaryFolder _folder = new();
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_disk_read_with_many_requests_in_flight_equals_what_nbdcopy_reads(bool storageDaemon)
    {
        var image = await ImageAsync();
        using var server = await ServeAsync(storageDaemon, image);
        await using var client = await NbdClient.ConnectAsync(server.Endpoint, "disk", new NbdClientOptions { MaxInFlight = 8 }, Ct);
        Assert.Equal(SizeBytes, client.SizeBytes);
        var content = new byte[SizeBytes];
        const int pieceBytes = 192 * 1024;
        await Task.WhenAll(Enumerable.Range(0, (int)((SizeBytes + pieceBytes - 1) / pieceBytes)).Select(i =>
            client.ReadAsync((long)i * pieceBytes, content.AsMemory(i * pieceBytes, (int)Math.Min(pieceBytes, SizeBytes - ((long)i * pieceBytes))), Ct).AsTask()));
        var witness = _folder.File("copy.raw");
        await Tool.OutputAsync("nbdcopy", server.Uri("disk"), witness);
        var expected = await File.ReadAllBytesAsync(witness, Ct);
        Assert.True(content.AsSpan().SequenceEqual(expected));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Extents_of_both_contexts_equal_what_nbdinfo_says(bool storageDaemon)
    {
        var image = await ImageAsync();
        await Tool.OutputAsync("qemu-img", "bitmap", "--add", image, "b1");
        await Tool.OutputAsync("qemu-io", "-c", "write -P 9 5M 300k", "-c", "write -z 20M 1M", "-c", "write -P 8 63M 1M", image);
        using var server = await ServeAsync(storageDaemon, image, "b1");
        var dirty = NbdContexts.DirtyBitmap("b1");
        await using var client = await NbdClient.ConnectAsync(
            server.Endpoint, "disk", new NbdClientOptions { MetaContexts = [NbdContexts.BaseAllocation, dirty, NbdContexts.DirtyBitmap("none")] }, Ct);
        Assert.Equal([NbdContexts.BaseAllocation, dirty], client.MetaContexts.Order());
        foreach (var context in client.MetaContexts)
        {
            var extents = await client.ExtentsAsync(context);
            Assert.True(extents.Count > 2);
            Assert.Equal(await WitnessAsync(server.Uri("disk"), context), extents);
        }
        await Model.FailsAsync(NbdErrorKind.NotSupported, () => client.ExtentsAsync(NbdContexts.DirtyBitmap("none")));
    }

    [Fact]
    public async Task Extents_of_a_part_are_cut_at_its_end()
    {
        var image = await ImageAsync();
        using var server = await ServeAsync(false, image);
        await using var client = await NbdClient.ConnectAsync(
            server.Endpoint, "disk", new NbdClientOptions { MetaContexts = [NbdContexts.BaseAllocation] }, Ct);
        var extents = new List<NbdExtent>();
        await foreach (var extent in client.GetExtentsAsync(NbdContexts.BaseAllocation, 3 << 20, (1 << 20) + 512, Ct))
            extents.Add(extent);
        Assert.Equal(3 << 20, extents[0].Offset);
        Assert.Equal((4 << 20) + 512, extents[^1].End);
    }

    [Fact]
    public async Task A_huge_sparse_image_is_walked_over_many_replies()
    {
        var image = _folder.File("huge.raw");
        const long sizeBytes = 256L << 30;
        const int count = 8192;
        await using (var file = File.Create(image))
        {
            file.SetLength(sizeBytes);
            for (var i = 0; i < count; i++)
                await RandomAccess.WriteAsync(file.SafeFileHandle, Model.Random(4096, i), i * (sizeBytes / count), Ct);
        }
        using var server = await NbdServer.QemuNbdAsync("-r", "-f", "raw", "-x", "disk", image);
        await using var client = await NbdClient.ConnectAsync(
            server.Endpoint, "disk", new NbdClientOptions { MetaContexts = [NbdContexts.BaseAllocation] }, Ct);
        Assert.True(client.IsReadOnly);
        var extents = await client.ExtentsAsync(NbdContexts.BaseAllocation);
        Assert.Equal(sizeBytes, extents.Sum(extent => extent.Length));
        Assert.Equal(
            Enumerable.Range(0, count).Select(i => i * (sizeBytes / count)),
            extents.Where(extent => extent.Flags == 0).Select(extent => extent.Offset));
        await Model.FailsAsync(NbdErrorKind.NotSupported, () => client.WriteAsync(0, new byte[512], Ct).AsTask());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Written_zeroed_and_trimmed_data_are_in_the_image_after_a_flush(bool storageDaemon)
    {
        var image = _folder.File("target.qcow2");
        await Tool.OutputAsync("qemu-img", "create", "-f", "qcow2", image, "8M");
        var expected = Model.Random(8 << 20, 3);
        using (var server = await ServeAsync(storageDaemon, image))
        {
            await using var client = await NbdClient.ConnectAsync(server.Endpoint, "disk", ct: Ct);
            await client.WriteAsync(0, expected, Ct);
            await client.WriteZeroesAsync(1 << 20, 1 << 20, NbdZeroing.MayPunchHole, Ct);
            await client.WriteZeroesAsync(3 << 20, 4096, NbdZeroing.NoHole, Ct);
            await client.TrimAsync(5 << 20, 0, Ct);
            expected.AsSpan(1 << 20, 1 << 20).Clear();
            expected.AsSpan(3 << 20, 4096).Clear();
            await client.FlushAsync(Ct);
        }
        var raw = _folder.File("target.raw");
        await Tool.OutputAsync("qemu-img", "convert", "-U", "-O", "raw", image, raw);
        var written = await File.ReadAllBytesAsync(raw, Ct);
        Assert.True(expected.AsSpan().SequenceEqual(written));
    }

    [Fact]
    public async Task A_trimmed_range_is_no_longer_allocated()
    {
        var image = await ImageAsync();
        using var server = await ServeAsync(true, image);
        await using var client = await NbdClient.ConnectAsync(
            server.Endpoint, "disk", new NbdClientOptions { MetaContexts = [NbdContexts.BaseAllocation] }, Ct);
        await client.TrimAsync(0, client.SizeBytes, Ct);
        var extents = await client.ExtentsAsync(NbdContexts.BaseAllocation);
        Assert.Equal([new NbdExtent(0, SizeBytes, NbdContexts.AllocationHole | NbdContexts.AllocationZero)], extents);
    }

    [Fact]
    public async Task An_unknown_export_is_named_and_the_known_ones_are_listed()
    {
        using var server = await ServeAsync(true, await ImageAsync());
        await Model.FailsAsync(NbdErrorKind.ExportNotFound, () => NbdClient.ConnectAsync(server.Endpoint, "other", ct: Ct));
        await Model.FailsAsync(NbdErrorKind.ExportNotFound, () => NbdClient.ConnectAsync(
            server.Endpoint, "other", new NbdClientOptions { MetaContexts = [NbdContexts.BaseAllocation] }, Ct));
        var exports = await NbdClient.ListExportsAsync(server.Endpoint, ct: Ct);
        Assert.Equal(["disk"], exports.Select(export => export.Name));
    }

    [Fact]
    public async Task A_killed_server_fails_every_request_and_all_later_ones()
    {
        using var server = await ServeAsync(false, await ImageAsync());
        await using var client = await NbdClient.ConnectAsync(server.Endpoint, "disk", ct: Ct);
        await client.ReadAsync(0, new byte[512], Ct);
        server.Kill();
        await Model.FailsAsync(NbdErrorKind.Disconnected, async () =>
        {
            while (true)
                await client.ReadAsync(0, new byte[1 << 20], Ct);
        });
        await Model.FailsAsync(NbdErrorKind.Disconnected, () => client.ReadAsync(0, new byte[512], Ct).AsTask());
    }

    [Fact]
    public async Task A_socket_that_is_not_there_is_a_failed_connection() =>
        await Model.FailsAsync(
            NbdErrorKind.ConnectFailed, () => NbdClient.ConnectAsync(NbdEndpoint.Unix(_folder.File("none")), "disk", ct: Ct));

    private static Task<NbdServer> ServeAsync(bool storageDaemon, string image, string? bitmap = null) =>
        storageDaemon
            ? NbdServer.StorageDaemonAsync(image, "qcow2", "disk", bitmap)
            : bitmap is null
                ? NbdServer.QemuNbdAsync("--discard=unmap", "-f", "qcow2", "-x", "disk", image)
                : NbdServer.QemuNbdAsync("--discard=unmap", "-f", "qcow2", "-x", "disk", "-A", "-B", bitmap, image);

    private async Task<string> ImageAsync()
    {
        var image = _folder.File("disk.qcow2");
        await Tool.OutputAsync("qemu-img", "create", "-f", "qcow2", image, "64M");
        var raw = _folder.File("pattern.bin");
        await File.WriteAllBytesAsync(raw, Model.Random(3 << 20, 1), Ct);
        await Tool.OutputAsync("qemu-io", "-c", $"write -s {raw} 0 3M", "-c", "write -P 7 30M 100k", "-c", "write -z 10M 2M", image);
        return image;
    }

    private static async Task<List<NbdExtent>> WitnessAsync(string uri, string context)
    {
        using var map = JsonDocument.Parse(await Tool.OutputAsync("nbdinfo", "--json", $"--map={context}", uri));
        var extents = new List<NbdExtent>();
        foreach (var item in map.RootElement.EnumerateArray())
        {
            var next = new NbdExtent(item.GetProperty("offset").GetInt64(), item.GetProperty("length").GetInt64(), item.GetProperty("type").GetUInt32());
            if (extents.Count > 0 && extents[^1].Flags == next.Flags)
                extents[^1] = extents[^1] with { Length = extents[^1].Length + next.Length };
            else
                extents.Add(next);
        }
        return extents;
    }
}
