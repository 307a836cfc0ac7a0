using System.Buffers;
using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>Reads one pack from beginning to end: its hash, its seals, every record against its id.</summary>
internal static class PackCheck
{
    public static async Task<PackVerdict> RunAsync(IObjectStore store, VaultKeys keys, PackInfo pack, byte[]? expectedHash, CancellationToken ct)
    {
        // The length of a healthy pack was just seen in a listing, to be that of the index.
        if ((pack.Healthy ? pack.SizeBytes : await store.GetSizeAsync(pack.Name, ct)) is not { } size)
        {
            return PackVerdict.Missing;
        }

        // Many MiB a pack: as garbage they would make the process grow by hundreds before they are collected.
        var readBytes = ReadShape.Of(store).BytesMax;
        var window = ArrayPool<byte>.Shared.Rent(readBytes + PackFormat.PlainBytesMax + PackFormat.RecordOverheadBytes);
        var plain = ArrayPool<byte>.Shared.Rent(PackFormat.PlainBytesMax);
        try
        {
            return await RunAsync(store, keys, pack, size, expectedHash, readBytes, window, plain, ct);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
            ArrayPool<byte>.Shared.Return(plain, clearArray: true);
        }
    }

    private static async Task<PackVerdict> RunAsync(
        IObjectStore store, VaultKeys keys, PackInfo pack, long size, byte[]? expectedHash, int readBytes, byte[] window, byte[] plain, CancellationToken ct)
    {
        using var reader = new PackReader(store, keys);
        var good = new HashSet<uint>();
        string? reason = null;
        var first = await store.ReadAsync(pack.Name, 0, window.AsMemory(0, (int)Math.Min(readBytes, size)), ct);
        if (first < 0)
        {
            return PackVerdict.Missing;
        }

        if (await reader.TryReadFooterAsync(pack, size, ct, window.AsMemory(0, first)) is not { } footer)
        {
            reason = "its header or footer is damaged";
            footer = [];
        }

        var entries = PackFooter.Parse(footer, size).ToList();
        if (entries.Count * PackFormat.FooterEntryBytes != footer.Length)
        {
            reason ??= "its footer names impossible records";
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long start = 0;
        int filled = 0, next = 0;
        for (long at = 0; at < size;)
        {
            var read = at == 0 ? first : await store.ReadAsync(pack.Name, at, window.AsMemory(filled, (int)Math.Min(readBytes, size - at)), ct);
            if (read <= 0)
            {
                reason ??= "it is shorter than its length";
                break;
            }

            hash.AppendData(window, filled, read);
            filled += read;
            at += read;
            for (; next < entries.Count && entries[next].Offset + (long)entries[next].Length <= start + filled; next++)
            {
                var entry = entries[next];
                // Records stand in the footer's order, one after the other; anything else would have to be read apart.
                if (entry.Offset >= start && IsGood(reader, keys, pack, entry, window.AsSpan((int)(entry.Offset - start), (int)entry.Length), plain))
                {
                    good.Add(entry.Offset);
                }
                else
                {
                    reason ??= $"the record at {entry.Offset} is damaged";
                }
            }

            // Keep what the next record needs.
            var keepFrom = next < entries.Count ? Math.Min(entries[next].Offset, start + filled) : start + filled;
            var drop = (int)Math.Max(0, keepFrom - start);
            window.AsSpan(drop, filled - drop).CopyTo(window);
            (start, filled) = (start + drop, filled - drop);
            if (filled > PackFormat.PlainBytesMax + PackFormat.RecordOverheadBytes)
            {
                reason ??= "its footer names impossible records";
                (start, filled, next) = (start + filled, 0, entries.Count);
            }
        }

        if (expectedHash is not null && reason is null && !hash.GetHashAndReset().AsSpan().SequenceEqual(expectedHash))
        {
            reason = "its bytes aren't those recorded when it was written";
        }

        // One that garbage collection dropped while it was read isn't damaged.
        return reason is not null && await store.GetSizeAsync(pack.Name, ct) is null
            ? PackVerdict.Missing
            : new PackVerdict(reason, good.Count, size, good);
    }

    private static bool IsGood(PackReader reader, VaultKeys keys, PackInfo pack, PackFooter entry, ReadOnlySpan<byte> record, byte[] plain)
    {
        var target = plain.AsSpan(0, (int)entry.PlainBytes);
        return reader.TryOpen(pack, entry.Id, record, target)
            && SessionStore.IdOf(pack.Kind == PackKind.Data ? keys.ChunkId : keys.PageId, target) == entry.Id;
    }
}
