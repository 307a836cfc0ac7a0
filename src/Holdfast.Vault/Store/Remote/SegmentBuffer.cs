using System.Buffers;

namespace Holdfast.Vault;

/// <summary>Bytes that grow at their end, in pieces that are used again.</summary>
internal sealed class SegmentBuffer : IDisposable
{
    private const int SegmentBytes = 1 << 20;

    // As many as a pack that is sent and one that is filled need.
    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(SegmentBytes, 160);

    private readonly List<byte[]> _segments = [];

    /// <summary>The number of bytes.</summary>
    public long Length { get; private set; }

    /// <summary>The bytes, piece by piece; valid until the next change.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Content =>
        [.. _segments.Select((s, i) => new ReadOnlyMemory<byte>(s, 0, (int)Math.Min(SegmentBytes, Length - ((long)i * SegmentBytes))))];

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var at = (int)(Length % SegmentBytes);
            if (at == 0)
            {
                _segments.Add(Pool.Rent(SegmentBytes));
            }

            var now = Math.Min(bytes.Length, SegmentBytes - at);
            bytes[..now].CopyTo(_segments[^1].AsSpan(at));
            bytes = bytes[now..];
            Length += now;
        }
    }

    public void Clear()
    {
        _segments.ForEach(s => Pool.Return(s));
        _segments.Clear();
        Length = 0;
    }

    public void Dispose() => Clear();
}
