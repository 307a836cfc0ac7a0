using Holdfast.Nbd;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Sources;
using Holdfast.Protection.Tests.Restore;
using Holdfast.Vault;

namespace Holdfast.Protection.Tests.Backup;

public sealed class DiskTransferTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(64 * 1024, 300, 1)]
    [InlineData(256 * 1024, 90, 2)]
    [InlineData(1024 * 1024, 20, 3)]
    public async Task Data_and_zeros_in_any_order_come_back_as_they_were(int chunkBytes, int chunks, int seed)
    {
        using var folder = new TemporaryFolder();
        var expected = Disk(chunkBytes, chunks, seed);
        await WriteSparselyAsync(folder["disk.raw"], expected);
        await using var vault = await VaultAsync(folder);
        await using var session = await vault.OpenSessionAsync(SourceId.New(), Ct);
        await using var daemon = await StorageDaemon.StartAsync(Ct);
        await daemon.OpenImageAsync("image", folder["disk.raw"], "raw", writable: false, Ct);
        await daemon.ExportAsync("image", "image", writable: false, [], Ct);
        await using var client = await NbdClient.ConnectAsync(
            daemon.Endpoint, "image", new NbdClientOptions { MetaContexts = [NbdContexts.BaseAllocation] }, Ct);

        var plan = new ReadPlan(client.SizeBytes, chunkBytes);
        var writer = session.BeginDisk(new DiskSpec("disk", client.SizeBytes, chunkBytes, "test"), null);
        var transfer = new DiskTransfer(client, writer, plan, new ReadLimiter(null, TimeProvider.System));
        var steps = plan.Steps(plan.WholeDisk(), (offset, length) => client.GetExtentsAsync(NbdContexts.BaseAllocation, offset, length, Ct), Ct);
        var handled = 0L;
        await transfer.RunAsync(steps, () => vault.RentChunk(chunkBytes), bytes => handled += bytes, Ct);
        var disk = await writer.CompleteAsync(Ct);
        var point = await session.CommitAsync("{}"u8.ToArray(), TimeProvider.System.GetUtcNow(), Ct);

        Assert.Equal(expected.Length, handled);
        Assert.True(transfer.ReadBytes < expected.Length, "nothing was told to be zero");
        var chunk = new byte[chunkBytes];
        for (var index = 0; index * chunkBytes < expected.Length; index++)
        {
            await vault.ReadChunkAsync(point.Disks.Single(d => d.Name == disk.Name), index, chunk, Ct);
            var wanted = expected.AsMemory(index * chunkBytes, Math.Min(chunkBytes, expected.Length - (index * chunkBytes)));
            Assert.True(chunk.AsSpan(0, wanted.Length).SequenceEqual(wanted.Span), $"chunk {index}");
        }
    }

    /// <summary>Runs of zeros and of data of one to twenty chunks; the last chunk isn't whole.</summary>
    private static byte[] Disk(int chunkBytes, int chunks, int seed)
    {
        var random = new Random(seed);
        var disk = new byte[(chunkBytes * chunks) - chunkBytes + 1024];
        var isData = true;
        for (int at = 0, run; at < disk.Length; at += run, isData = !isData)
        {
            run = Math.Min(disk.Length - at, chunkBytes * random.Next(1, 21));
            if (isData || at + run == disk.Length)
                random.NextBytes(disk.AsSpan(at, run));
        }

        return disk;
    }

    private static async Task WriteSparselyAsync(string path, byte[] content)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.SetLength(file, content.Length);
        for (var at = 0; at < content.Length; at += 4096)
        {
            var piece = content.AsMemory(at, Math.Min(4096, content.Length - at));
            if (piece.Span.ContainsAnyExcept((byte)0))
                await RandomAccess.WriteAsync(file, piece, at, Ct);
        }
    }

    private static async Task<BackupVault> VaultAsync(TemporaryFolder folder)
    {
        var store = new LocalFolderStore(folder["vault"]);
        await BackupVault.InitAsync(store, new VaultInitOptions { Passphrase = "correct horse battery staple", Iterations = 10_000 }, Ct);
        return await BackupVault.OpenAsync(
            store, VaultCredential.FromPassphrase("correct horse battery staple"), new VaultOpenOptions { Parallelism = 2 }, Ct);
    }
}
