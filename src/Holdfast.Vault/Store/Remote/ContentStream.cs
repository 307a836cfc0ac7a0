namespace Holdfast.Vault;

/// <summary>Reads pieces of memory as one stream, for clients that want one; at a limited rate if there is a limit. Can be read again from the start.</summary>
/// <param name="content">The pieces.</param>
/// <param name="limit">The limit of the bytes that leave this machine; null for none.</param>
public sealed class ContentStream(IReadOnlyList<ReadOnlyMemory<byte>> content, TokenBucket? limit) : Stream
{
    private const int PacedBytes = 64 << 10;

    private long _position;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length { get; } = content.Sum(c => (long)c.Length);

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var at = _position;
        var done = 0;
        foreach (var piece in content)
        {
            if (at >= piece.Length)
            {
                at -= piece.Length;
                continue;
            }

            var now = Math.Min(buffer.Length - done, piece.Length - (int)at);
            piece.Span.Slice((int)at, now).CopyTo(buffer[done..]);
            done += now;
            at = 0;
            if (done == buffer.Length)
            {
                break;
            }
        }

        _position += done;
        return done;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (limit is null || _position >= Length)
        {
            return Read(buffer.Span);
        }

        var read = Read(buffer.Span[..Math.Min(buffer.Length, PacedBytes)]);
        await limit.TakeAsync(read, cancellationToken);
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
