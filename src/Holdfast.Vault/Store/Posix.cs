using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Vault;

/// <summary>The few system calls that .NET has no call for.</summary>
internal static partial class Posix
{
    public const int EPERM = 1, ENOENT = 2, EINTR = 4, EIO = 5, EACCES = 13, EEXIST = 17, ENOTDIR = 20, EINVAL = 22, EROFS = 30, ENOSPC = 28, EMLINK = 31, ENOSYS = 38,
        EOPNOTSUPP = 95, EDQUOT = 122;

    private const int AtFdCwd = -100;
    private const uint RenameNoReplace = 1;
    private const int AdviseDontNeed = 4;
    private const uint SyncFileRangeWaitBefore = 1;
    private const uint SyncFileRangeWrite = 2;
    private const uint SyncFileRangeWaitAfter = 4;
    private const int OpenReadOnly = 0x80000; // O_RDONLY | O_CLOEXEC
    private const int OpenReadOnlyDirectory = 0x10000 | OpenReadOnly; // O_DIRECTORY

    /// <summary>Renames without replacing; 0 or errno.</summary>
    public static int RenameExclusively(string from, string to) =>
        renameat2(AtFdCwd, from, AtFdCwd, to, RenameNoReplace) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>A second name for a file; 0 or errno.</summary>
    public static int Link(string from, string to) => link(from, to) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Opens a file to read it, without the lock that .NET takes: its writer may hold one a moment longer than the file has had its name. 0 or errno.</summary>
    public static int OpenToRead(string path, out SafeFileHandle file)
    {
        int fd, error;
        do
        {
            fd = open(path, OpenReadOnly);
            error = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == EINTR);
        file = new SafeFileHandle(fd, ownsHandle: true);
        return error;
    }

    /// <summary>Makes a folder's entries durable; 0 or errno.</summary>
    public static int SyncFolder(string path)
    {
        var fd = open(path, OpenReadOnlyDirectory);
        if (fd < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        var error = fsync(fd) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = close(fd);
        // Some network file systems can't sync folders, and need not.
        return error == EINVAL ? 0 : error;
    }

    /// <summary>Asks the kernel to begin writing what is dirty of a file, so that the sync at the end finds little left. A hint.</summary>
    public static void StartWriteBack(SafeFileHandle file) => _ = sync_file_range(file, 0, 0, SyncFileRangeWrite);

    /// <summary>
    /// Waits until a part of a file is written, and lets the kernel forget it; 0 or errno. A failure must be heeded: the kernel tells it once, and the sync at the end
    /// would say that all is well.
    /// </summary>
    public static int WriteOut(SafeFileHandle file, long offset, long length)
    {
        int error;
        do
        {
            error = sync_file_range(file, offset, length, SyncFileRangeWaitBefore | SyncFileRangeWrite | SyncFileRangeWaitAfter) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (error == EINTR);
        _ = posix_fadvise(file, offset, length, AdviseDontNeed);
        // Where it can't be done the sync at the end does it all.
        return error is EINVAL or ENOSYS ? 0 : error;
    }

    [LibraryImport("libc")]
    private static partial int posix_fadvise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sync_file_range(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int renameat2(int oldFolder, string oldPath, int newFolder, string newPath, uint flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string oldPath, string newPath);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int fd);
}
