using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>
/// An upload that holds its bytes in memory: what is shorter than a part goes in one request at the end, which costs least and can be repeated;
/// what is longer goes part by part.
/// </summary>
/// <remarks>A pack is shorter than a part: each is one request. About two packs are in memory at a time.</remarks>
/// <param name="name">The object.</param>
/// <param name="partBytes">The length from which parts are sent.</param>
public abstract class BufferedUpload(ObjectName name, int partBytes) : ObjectUpload
{
    /// <summary>The length from which parts are sent, where nothing else is said: more than any pack.</summary>
    public const int PartBytesDefault = 128 << 20;

    private const int CompareBytes = 1 << 20;

    private readonly SegmentBuffer _buffer = new();
    private IncrementalHash? _sent;
    private long _sentBytes;
    private int _parts;
    private bool _published;

    /// <inheritdoc/>
    public override bool IsRepeatable => true;

    /// <summary>The object.</summary>
    protected ObjectName Name { get; } = name;

    /// <inheritdoc/>
    public override async ValueTask AppendAsync(ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        _buffer.Append(content.Span);
        if (_buffer.Length >= partBytes)
        {
            await SendBufferAsync(ct);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<CreateOutcome> CompleteAsync(CancellationToken ct)
    {
        CreateOutcome outcome;
        if (_parts == 0)
        {
            outcome = await PutAsync(_buffer.Content, ct);
        }
        else
        {
            if (_buffer.Length > 0)
            {
                await SendBufferAsync(ct);
            }

            outcome = await CompletePartsAsync(_parts, ct);
        }

        _published = outcome == CreateOutcome.Created;
        return outcome;
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> IsPublishedAsync(IObjectStore store, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (await store.GetSizeAsync(Name, ct) != _sentBytes + _buffer.Length)
        {
            return false;
        }

        // What was sent part by part isn't held any more, but its hash is.
        using var hash = _sent is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var window = new byte[CompareBytes];
        for (long at = 0; at < _sentBytes;)
        {
            var read = await store.ReadAsync(Name, at, window.AsMemory(0, (int)Math.Min(window.Length, _sentBytes - at)), ct);
            if (read <= 0)
            {
                return false;
            }

            hash!.AppendData(window, 0, read);
            at += read;
        }

        if (hash is not null && !hash.GetCurrentHash().AsSpan().SequenceEqual(_sent!.GetCurrentHash()))
        {
            return false;
        }

        var offset = _sentBytes;
        foreach (var segment in _buffer.Content)
        {
            if (!await StoreReading.HoldsAtAsync(store, Name, offset, segment, ct))
            {
                return false;
            }

            offset += segment.Length;
        }

        _published = true;
        return true;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_parts > 0 && !_published)
        {
            await AbandonPartsAsync();
        }

        _buffer.Dispose();
        _sent?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Creates the object of these bytes in one request, unless there is one of that name.</summary>
    protected abstract ValueTask<CreateOutcome> PutAsync(IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken ct);

    /// <summary>Sends a part; the first is 1. A part that is sent again takes the place of the one before.</summary>
    protected abstract ValueTask SendPartAsync(int number, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken ct);

    /// <summary>Makes the object of its parts, unless there is one of that name.</summary>
    protected abstract ValueTask<CreateOutcome> CompletePartsAsync(int parts, CancellationToken ct);

    /// <summary>Gives the parts up, as far as that is possible. Doesn't throw.</summary>
    protected abstract ValueTask AbandonPartsAsync();

    private async ValueTask SendBufferAsync(CancellationToken ct)
    {
        await SendPartAsync(_parts + 1, _buffer.Content, ct);
        _parts++;
        _sent ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var segment in _buffer.Content)
        {
            _sent.AppendData(segment.Span);
        }

        _sentBytes += _buffer.Length;
        _buffer.Clear();
    }
}
