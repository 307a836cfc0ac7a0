using System.Runtime.InteropServices;

namespace Holdfast.Protection.Node;

/// <summary>What the kernel says of a folder, without anything being written.</summary>
public static partial class FolderAccess
{
    private const int Write = 2;
    private const int ReadOnlyFileSystem = 30;

    /// <summary>Whether a folder of this machine lies on a file system that is mounted read-only. A folder that isn't here isn't known to be.</summary>
    public static bool IsReadOnly(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Access(path, Write) != 0 && Marshal.GetLastPInvokeError() == ReadOnlyFileSystem;
    }

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
