using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Holdfast.Protection.Freeze;

internal static partial class GuardNative
{
    private const int OpenDirectory = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC on Linux

    /// <summary>Leaves the terminal's session, so that its Ctrl-C and its end don't reach this process. False if it leads a group already.</summary>
    public static bool LeaveSession() => setsid() >= 0;

    /// <summary>Makes a folder's entries durable.</summary>
    public static void SyncDirectory(string path)
    {
        var descriptor = open(path, OpenDirectory);
        if (descriptor < 0)
            throw Failure("open", path);
        try
        {
            if (fsync(descriptor) != 0)
                throw Failure("fsync", path);
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static IOException Failure(string what, string path)
    {
        var error = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"{what} of '{path}' failed: {error.Message}", error);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
