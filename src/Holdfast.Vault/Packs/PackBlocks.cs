namespace Holdfast.Vault;

/// <summary>
/// The blocks of packs that were read last. At a distant store a record is read with its neighbours: they are asked for next, since packs are written in the
/// order of disks and of their maps. One worker's: not for concurrent use.
/// </summary>
internal sealed class PackBlocks(IObjectStore store, int blockBytes)
{
    private const int BlocksMax = 4;

    private readonly List<Block> _blocks = [];

    /// <summary>Reads bytes of a pack.</summary>
    /// <returns>False if the pack is missing or ends before.</returns>
    public async ValueTask<bool> TryReadAsync(PackInfo pack, long offset, Memory<byte> target, CancellationToken ct)
    {
        while (target.Length > 0)
        {
            var block = await BlockOfAsync(pack, offset / blockBytes * blockBytes, ct);
            var at = (int)(offset - block.Start);
            var now = Math.Min(target.Length, block.Length - at);
            if (now <= 0)
            {
                return false;
            }

            block.Bytes.AsMemory(at, now).CopyTo(target);
            (offset, target) = (offset + now, target[now..]);
        }

        return true;
    }

    private async ValueTask<Block> BlockOfAsync(PackInfo pack, long start, CancellationToken ct)
    {
        var block = _blocks.Find(b => b.Pack == pack.Id && b.Start == start);
        if (block is not null)
        {
            _blocks.Remove(block);
        }
        else
        {
            byte[] bytes;
            if (_blocks.Count < BlocksMax)
            {
                bytes = GC.AllocateUninitializedArray<byte>(blockBytes);
            }
            else
            {
                // Of the one that wasn't asked for longest.
                bytes = _blocks[0].Bytes;
                _blocks.RemoveAt(0);
            }

            block = new Block(pack.Id, start, bytes, Math.Max(0, await store.ReadAsync(pack.Name, start, bytes, ct)));
        }

        _blocks.Add(block);
        return block;
    }

    private sealed record Block(PackId Pack, long Start, byte[] Bytes, int Length);
}
