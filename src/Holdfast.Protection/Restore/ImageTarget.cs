using Holdfast.Vault;

namespace Holdfast.Protection.Restore;

/// <summary>
/// A new image that a disk is restored to. INV-R3: only data is written; stretches of zeros stay holes, so the image is as thin as
/// the guest's data.
/// </summary>
public abstract class ImageTarget : IDiskTarget, IAsyncDisposable
{
    /// <summary>Zeros are left out in pieces of this size: qcow2's cluster, and a size at which holes are worth their extent.</summary>
    protected const int PieceBytes = 64 * 1024;
    private readonly IProgress<long>? _progress;
    private long _writtenBytes;
    private long _writingTicks;

    /// <summary>A target of a size.</summary>
    protected ImageTarget(string path, long sizeBytes, IProgress<long>? progress) => (Path, SizeBytes, _progress) = (path, sizeBytes, progress);

    /// <summary>The image file.</summary>
    public string Path { get; }

    /// <summary>The disk's size.</summary>
    public long SizeBytes { get; }

    /// <summary>Bytes of data written so far.</summary>
    public long WrittenBytes => Interlocked.Read(ref _writtenBytes);

    /// <summary>The clock that writing is timed with; null for no times.</summary>
    internal TimeProvider? Time { get; set; }

    /// <summary>How long writes took, all together: several run at once.</summary>
    public TimeSpan Writing => new(Interlocked.Read(ref _writingTicks));

    /// <inheritdoc/>
    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (offset > SizeBytes - data.Length)
            throw new ArgumentOutOfRangeException(nameof(offset), "The data reaches beyond the disk's end.");

        var start = 0;
        while (start < data.Length)
        {
            if (IsZero(start))
            {
                start += PieceBytes;
                continue;
            }

            var end = start + PieceBytes;
            while (end < data.Length && !IsZero(end))
                end += PieceBytes;
            end = Math.Min(end, data.Length);
            var then = Time?.GetTimestamp() ?? 0;
            await WriteDataAsync(offset + start, data[start..end], ct).ConfigureAwait(false);
            if (Time is not null)
                Interlocked.Add(ref _writingTicks, Time.GetElapsedTime(then).Ticks);
            Interlocked.Add(ref _writtenBytes, end - start);
            start = end;
        }

        _progress?.Report(WrittenBytes);

        bool IsZero(int at) => data.Span.Slice(at, Math.Min(PieceBytes, data.Length - at)).IndexOfAnyExcept((byte)0) < 0;
    }

    /// <summary>Makes the image durable. Nothing is written afterwards.</summary>
    public abstract Task CompleteAsync(CancellationToken ct);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Writes data; called concurrently.</summary>
    protected abstract ValueTask WriteDataAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken ct);
}
