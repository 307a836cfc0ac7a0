using System.Buffers.Binary;

namespace Holdfast.Benchmarks;

/// <summary>A huge sparse raw image with small pieces of data scattered evenly over it: as many extents as a disk can be expected to have.</summary>
internal static class ScatteredImage
{
    public static int Create(string path, long sizeBytes, int count)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, preallocationSize: 0);
        RandomAccess.SetLength(file, sizeBytes);
        var page = new byte[4096];
        var stepBytes = sizeBytes / count / page.Length * page.Length;
        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(page, i + 1);
            RandomAccess.Write(file, page, i * stepBytes);
        }
        return 0;
    }
}
