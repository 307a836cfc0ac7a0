using System.Runtime.InteropServices;

namespace Holdfast.Protection.Backup;

/// <summary>The part of statx(2) that identifies a file.</summary>
/// <param name="Device">Device number, major and minor combined.</param>
/// <param name="Inode">Inode number.</param>
public readonly partial record struct FileStatus(ulong Device, ulong Inode)
{
    private const int AtFdCwd = -100;
    private const uint StatxIno = 0x100;
    // struct statx (linux/stat.h): stx_ino at 32, stx_dev_major at 136, stx_dev_minor at 140, 256 bytes in all.
    private const int StatxSize = 256;

    /// <summary>Looks at <paramref name="path"/>, following links.</summary>
    public static bool TryGet(string path, out FileStatus status)
    {
        Span<byte> buffer = stackalloc byte[StatxSize];
        if (Statx(AtFdCwd, path, 0, StatxIno, ref MemoryMarshal.GetReference(buffer)) != 0)
        {
            status = default;
            return false;
        }

        var major = BitConverter.ToUInt32(buffer[136..]);
        var minor = BitConverter.ToUInt32(buffer[140..]);
        status = new FileStatus(((ulong)major << 32) | minor, BitConverter.ToUInt64(buffer[32..]));
        return true;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte buffer);
}
