namespace Holdfast.Nbd.Transmission;

/// <summary>
/// Which bytes of a read request have been answered. INV-5: a read succeeds only if each byte was answered exactly once, so
/// stale memory can never pass for data.
/// </summary>
internal sealed class ReadCoverage
{
    /// <summary>A reply may leave this many separate pieces open; no server shreds a request like that in good faith.</summary>
    public const int PiecesMax = 4096;

    private (int Start, int End)[] _pieces = new (int, int)[4];
    private int _count;

    /// <summary>Answered bytes so far.</summary>
    public int CoveredBytes { get; private set; }

    public void Clear()
    {
        _count = 0;
        CoveredBytes = 0;
    }

    /// <summary>Adds a piece; false if it overlaps an earlier one or there are too many pieces.</summary>
    public bool TryAdd(int start, int length)
    {
        var end = start + length;
        var index = FirstEndingAfter(start);
        if (index < _count && _pieces[index].Start < end)
            return false;
        var joinsLeft = index > 0 && _pieces[index - 1].End == start;
        var joinsRight = index < _count && _pieces[index].Start == end;
        CoveredBytes += length;
        if (joinsLeft && joinsRight)
        {
            _pieces[index - 1].End = _pieces[index].End;
            Array.Copy(_pieces, index + 1, _pieces, index, --_count - index);
        }
        else if (joinsLeft)
        {
            _pieces[index - 1].End = end;
        }
        else if (joinsRight)
        {
            _pieces[index].Start = start;
        }
        else
        {
            if (_count == PiecesMax)
                return false;
            if (_count == _pieces.Length)
                Array.Resize(ref _pieces, _count * 2);
            Array.Copy(_pieces, index, _pieces, index + 1, _count++ - index);
            _pieces[index] = (start, end);
        }
        return true;
    }

    private int FirstEndingAfter(int position)
    {
        var (low, high) = (0, _count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_pieces[middle].End > position)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }
}
