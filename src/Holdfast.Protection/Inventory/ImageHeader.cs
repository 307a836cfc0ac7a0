using System.Buffers.Binary;

namespace Holdfast.Protection.Inventory;

/// <summary>The part of a qcow2 header that says whether QEMU can keep dirty bitmaps in the image. Nothing else is read of it.</summary>
/// <param name="Version">2 (compat 0.10) or 3 (compat 1.1).</param>
/// <param name="SizeBytes">Virtual size.</param>
/// <param name="HasDataFile">The data lies in another file.</param>
/// <param name="IsEncrypted">The image is encrypted by itself.</param>
public readonly record struct ImageHeader(int Version, long SizeBytes, bool HasDataFile, bool IsEncrypted)
{
    // qcow2 specification (docs/interop/qcow2.txt): magic 0, version 4, size 24, crypt method 32, incompatible features 72.
    private const int HeaderBytes = 104;
    private const uint Magic = 0x514649fb;
    private const ulong ExternalDataFile = 1 << 2;

    /// <summary>Reads a header; null if the bytes aren't one.</summary>
    public static ImageHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 72 || BinaryPrimitives.ReadUInt32BigEndian(bytes) != Magic)
            return null;
        var version = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        if (version is not (2 or 3))
            return null;
        var features = version == 3 && bytes.Length >= 80 ? BinaryPrimitives.ReadUInt64BigEndian(bytes[72..]) : 0;
        return new ImageHeader(
            (int)version, BinaryPrimitives.ReadInt64BigEndian(bytes[24..]), (features & ExternalDataFile) != 0,
            BinaryPrimitives.ReadUInt32BigEndian(bytes[32..]) != 0);
    }

    /// <summary>Reads a file's header; null if it isn't qcow2 or this process may not read it.</summary>
    public static ImageHeader? TryReadFile(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[HeaderBytes];
            var length = RandomAccess.Read(file, bytes, 0);
            return Read(bytes.AsSpan(0, length));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
