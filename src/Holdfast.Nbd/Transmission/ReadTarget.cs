namespace Holdfast.Nbd.Transmission;

/// <summary>Where the bytes of a read go: one piece of memory, or several of one length that follow each other.</summary>
internal readonly struct ReadTarget
{
    private readonly Memory<byte> _whole;
    private readonly ReadOnlyMemory<Memory<byte>> _parts;

    public ReadTarget(Memory<byte> whole) => _whole = whole;

    /// <param name="parts">All as long as the first; the last may be shorter.</param>
    public ReadTarget(ReadOnlyMemory<Memory<byte>> parts) => _parts = parts;

    /// <summary>The memory from <paramref name="at"/> on that hangs together: at least one byte, at most <paramref name="length"/>.</summary>
    public Memory<byte> Piece(int at, int length)
    {
        if (_parts.IsEmpty)
            return _whole.Slice(at, length);
        var parts = _parts.Span;
        var (part, start) = Math.DivRem(at, parts[0].Length);
        return parts[part].Slice(start, Math.Min(length, parts[part].Length - start));
    }
}
