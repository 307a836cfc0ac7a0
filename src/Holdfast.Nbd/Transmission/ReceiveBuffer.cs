using System.Runtime.CompilerServices;

namespace Holdfast.Nbd.Transmission;

/// <summary>What was received and not yet consumed: reply headers and small payloads. Used by the reply loop alone.</summary>
internal sealed class ReceiveBuffer(Stream stream, Action onProgress, CancellationToken lifetime)
{
    public const int CapacityBytes = 64 * 1024;

    // A header's read takes only little more than the header, so that a large payload's bulk goes straight to its target.
    private const int HeaderReadBytes = 4 * 1024;

    private readonly byte[] _bytes = new byte[CapacityBytes];
    private int _start;
    private int _end;

    public int Available => _end - _start;

    public ReadOnlySpan<byte> Peek(int count) => _bytes.AsSpan(_start, count);

    public void Consume(int count)
    {
        _start += count;
        if (_start == _end)
            _start = _end = 0;
    }

    /// <summary>Receives until <paramref name="count"/> bytes are there; false if the stream ended at a message's border.</summary>
    public ValueTask<bool> TryFillHeaderAsync(int count) =>
        Available >= count ? ValueTask.FromResult(true) : FillAsync(count, HeaderReadBytes, mayEnd: true);

    /// <summary>Receives until <paramref name="count"/> bytes are there.</summary>
    public async ValueTask FillAsync(int count)
    {
        if (Available < count)
            await FillAsync(count, CapacityBytes, mayEnd: false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FillAsync(int count, int readMax, bool mayEnd)
    {
        while (Available < count)
        {
            if (_bytes.Length - _start < Math.Max(count, readMax) && _start > 0)
            {
                _bytes.AsSpan(_start, Available).CopyTo(_bytes);
                _end -= _start;
                _start = 0;
            }
            var room = _bytes.AsMemory(_end, Math.Min(_bytes.Length - _end, Math.Max(readMax, count - Available)));
            var received = await stream.ReadAsync(room, lifetime);
            if (received == 0)
            {
                return mayEnd && Available == 0
                    ? false
                    : throw new NbdException(NbdErrorKind.Disconnected, "The NBD server closed the connection in the middle of a reply.");
            }
            _end += received;
            onProgress();
        }
        return true;
    }
}
