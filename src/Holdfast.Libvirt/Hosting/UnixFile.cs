using System.Runtime.InteropServices;

namespace Holdfast.Libvirt;

internal static partial class UnixFile
{
    internal static void ChangeOwner(string path, uint userId, uint groupId)
    {
        if (chown(path, userId, groupId) != 0)
        {
            throw new UnauthorizedAccessException($"The owner of '{path}' can't be changed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint owner, uint group);
}
