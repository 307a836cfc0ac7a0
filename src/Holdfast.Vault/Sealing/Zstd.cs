using System.Runtime.InteropServices;

namespace Holdfast.Vault;

/// <summary>One worker's zstd contexts, from the system's libzstd. Not for concurrent use.</summary>
internal sealed unsafe partial class Zstd(ChunkCompression compression = ChunkCompression.Default) : IDisposable
{
    public const int Level = 1;

    // Measured on chunks of 64 KiB: below -1 and above 3 space and time trade badly. Data that doesn't compress passes at 3 GB/s: no test in front.
    private const int FastestLevel = -1;
    private const int BetterLevel = 3;

    private readonly int _level = compression switch
    {
        ChunkCompression.Fastest => FastestLevel,
        ChunkCompression.Better => BetterLevel,
        _ => Level,
    };

    private nint _compressor;
    private nint _decompressor;

    /// <summary>Compresses into the target.</summary>
    /// <returns>The length, or 0 if it doesn't fit, then it isn't worth it, or if nothing is to be compressed.</returns>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (compression == ChunkCompression.Off)
        {
            return 0;
        }

        if (_compressor == 0 && (_compressor = ZSTD_createCCtx()) == 0)
        {
            throw new VaultException(VaultErrorKind.Io, "zstd has no memory for a context.");
        }

        fixed (byte* s = source, t = target)
        {
            var length = ZSTD_compressCCtx(_compressor, t, (nuint)target.Length, s, (nuint)source.Length, _level);
            return ZSTD_isError(length) != 0 ? 0 : (int)length;
        }
    }

    /// <summary>Decompresses one frame that must fill the target exactly.</summary>
    /// <returns>Whether it did.</returns>
    public bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (_decompressor == 0 && (_decompressor = ZSTD_createDCtx()) == 0)
        {
            throw new VaultException(VaultErrorKind.Io, "zstd has no memory for a context.");
        }

        fixed (byte* s = source, t = target)
        {
            return ZSTD_decompressDCtx(_decompressor, t, (nuint)target.Length, s, (nuint)source.Length) == (nuint)target.Length;
        }
    }

    public void Dispose()
    {
        _ = ZSTD_freeCCtx(_compressor);
        _ = ZSTD_freeDCtx(_decompressor);
        (_compressor, _decompressor) = (0, 0);
        GC.SuppressFinalize(this);
    }

    ~Zstd() => Dispose();

    [LibraryImport("libzstd.so.1")]
    private static partial nint ZSTD_createCCtx();

    [LibraryImport("libzstd.so.1")]
    private static partial nint ZSTD_createDCtx();

    [LibraryImport("libzstd.so.1")]
    private static partial nuint ZSTD_freeCCtx(nint context);

    [LibraryImport("libzstd.so.1")]
    private static partial nuint ZSTD_freeDCtx(nint context);

    [LibraryImport("libzstd.so.1")]
    private static partial nuint ZSTD_compressCCtx(nint context, byte* target, nuint targetSize, byte* source, nuint sourceSize, int level);

    [LibraryImport("libzstd.so.1")]
    private static partial nuint ZSTD_decompressDCtx(nint context, byte* target, nuint targetSize, byte* source, nuint sourceSize);

    [LibraryImport("libzstd.so.1")]
    private static partial uint ZSTD_isError(nuint code);
}
