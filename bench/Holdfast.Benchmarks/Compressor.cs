using System.Runtime.InteropServices;

namespace Holdfast.Benchmarks;

/// <summary>zstd level 1 from the system's library, with one context: the yardstick, independent of the vault's own binding.</summary>
internal sealed unsafe partial class Compressor : IDisposable
{
    private readonly nint _context = ZSTD_createCCtx();

    public static int BoundBytes(int sourceBytes) => (int)ZSTD_compressBound((nuint)sourceBytes);

    public int Compress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        fixed (byte* s = source, t = target)
            return checked((int)ZSTD_compressCCtx(_context, t, (nuint)target.Length, s, (nuint)source.Length, 1));
    }

    public void Dispose() => _ = ZSTD_freeCCtx(_context);

    [LibraryImport("libzstd.so.1")]
    private static partial nint ZSTD_createCCtx();

    [LibraryImport("libzstd.so.1")]
    private static partial nuint ZSTD_freeCCtx(nint context);

    [LibraryImport("libzstd.so.1")]
    private static partial nuint ZSTD_compressBound(nuint sourceBytes);

    [LibraryImport("libzstd.so.1")]
    private static partial nuint ZSTD_compressCCtx(nint context, byte* target, nuint targetBytes, byte* source, nuint sourceBytes, int level);
}
