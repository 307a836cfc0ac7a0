namespace Holdfast.Nbd.Transmission;

/// <summary>The extents of one block status reply, cut to the request and merged where neighbours are equal.</summary>
internal sealed class ExtentCollector
{
    /// <summary>What is kept of one reply; the rest is dropped and asked for again, so memory stays bounded.</summary>
    public const int ExtentsMax = 256 * 1024;

    private (uint Length, uint Flags)[] _extents = new (uint, uint)[64];
    private uint _requestBytes;
    private bool _full;

    /// <summary>The wanted context's id on this connection.</summary>
    public uint ContextId { get; private set; }

    public int Count { get; private set; }

    public (uint Length, uint Flags) this[int index] => _extents[index];

    /// <summary>Bytes of the request that the kept extents describe.</summary>
    public uint DescribedBytes { get; private set; }

    public void Start(uint contextId, uint requestBytes)
    {
        ContextId = contextId;
        _requestBytes = requestBytes;
        Count = 0;
        DescribedBytes = 0;
        _full = false;
    }

    /// <summary>Adds a descriptor; false if the protocol does not allow it (no length, or begins after the request's end).</summary>
    public bool TryAdd(uint length, uint flags)
    {
        if (length == 0)
            return false;
        if (_full)
            return true;
        var left = _requestBytes - DescribedBytes;
        if (left == 0)
            return false;
        // Only the last extent may be longer than what was asked for; it is cut.
        length = Math.Min(length, left);
        if (Count > 0 && _extents[Count - 1].Flags == flags)
        {
            _extents[Count - 1].Length += length;
        }
        else if (Count == ExtentsMax)
        {
            _full = true;
            return true;
        }
        else
        {
            if (Count == _extents.Length)
                Array.Resize(ref _extents, Math.Min(Count * 4, ExtentsMax));
            _extents[Count++] = (length, flags);
        }
        DescribedBytes += length;
        return true;
    }
}
