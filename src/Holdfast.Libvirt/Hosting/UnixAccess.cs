using System.Runtime.InteropServices;

namespace Holdfast.Libvirt;

/// <summary>Whether another user may pass through a folder, by owner, group and mode (access control lists aren't looked at).</summary>
internal static unsafe partial class UnixAccess
{
    internal static bool CanTraverse(string folder, uint userId, uint groupId)
    {
        var mode = File.GetUnixFileMode(folder);
        if (mode.HasFlag(UnixFileMode.OtherExecute))
        {
            return true;
        }

        var (owner, group) = OwnerOf(folder);
        return (owner == userId && mode.HasFlag(UnixFileMode.UserExecute)) || (group == groupId && mode.HasFlag(UnixFileMode.GroupExecute));
    }

    /// <summary>statx, whose structure is the same on every architecture: uid at byte 20, gid at byte 24.</summary>
    private static (uint UserId, uint GroupId) OwnerOf(string path)
    {
        const int currentDirectory = -100;
        const uint basicStats = 0x7ff;
        var buffer = stackalloc byte[256];
        return statx(currentDirectory, path, 0, basicStats, buffer) == 0
            ? (*(uint*)(buffer + 20), *(uint*)(buffer + 24))
            : throw new IOException($"'{path}' can't be examined: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, byte* buffer);
}
