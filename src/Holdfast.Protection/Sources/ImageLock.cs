using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Protection.Sources;

/// <summary>
/// QEMU's own lock on an image, held by this process: while it is held no QEMU opens the image for writing, so no VM that writes to it starts.
/// </summary>
/// <remarks>
/// block/file-posix.c: a user of an image holds read locks (open file description locks) on byte 100 + n for each permission n
/// that it uses, and on 200 + n for each that it doesn't share. This takes 'doesn't share' and then sees that nobody uses it.
/// </remarks>
internal sealed partial class ImageLock : IDisposable
{
    private const int OfdGetLock = 36;
    private const int OfdSetLock = 37;
    private const short ReadLock = 0;
    private const short WriteLock = 1;
    private const short NoLock = 2;
    private const long UsedBase = 100;
    private const long UnsharedBase = 200;
    // BLK_PERM_CONSISTENT_READ, _WRITE, _WRITE_UNCHANGED, _RESIZE, _GRAPH_MOD (removed since).
    private const int Permissions = 5;
    private const int FirstWrite = 1;
    private readonly SafeFileHandle _file;

    private ImageLock(SafeFileHandle file) => _file = file;

    /// <summary>Takes the lock against all use; null if the image is in use.</summary>
    public static ImageLock? TryTake(string path) => TryTake(path, FileAccess.ReadWrite, 0);

    /// <summary>Takes the lock against all who write; null if somebody may write to the image now.</summary>
    public static ImageLock? TryTakeForReading(string path) => TryTake(path, FileAccess.Read, FirstWrite);

    private static ImageLock? TryTake(string path, FileAccess access, int firstPermission)
    {
        var file = File.OpenHandle(path, FileMode.Open, access, FileShare.ReadWrite);
        var taken = false;
        try
        {
            taken = SetLock(file, UnsharedBase + firstPermission, Permissions - firstPermission)
                && IsFree(file, UsedBase + firstPermission, Permissions - firstPermission);
            return taken ? new ImageLock(file) : null;
        }
        finally
        {
            if (!taken)
                file.Dispose();
        }
    }

    /// <summary>Releases it.</summary>
    public void Dispose() => _file.Dispose();

    private static bool SetLock(SafeFileHandle file, long start, int length)
    {
        var request = new Flock { Type = ReadLock, Start = start, Length = length };
        return Control(file, OfdSetLock, ref request) == 0;
    }

    private static bool IsFree(SafeFileHandle file, long start, int length)
    {
        var request = new Flock { Type = WriteLock, Start = start, Length = length };
        return Control(file, OfdGetLock, ref request) == 0 && request.Type == NoLock;
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, ref Flock request);

    // struct flock of 64-bit Linux.
    [StructLayout(LayoutKind.Sequential)]
    private struct Flock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
