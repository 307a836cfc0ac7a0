using System.Runtime.InteropServices;

namespace Holdfast.Protection.Freeze;

internal static partial class GuardNative
{
    /// <summary>Leaves the terminal's session, so that its Ctrl-C and its end don't reach this process. False if it leads a group already.</summary>
    public static bool LeaveSession() => setsid() >= 0;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsid();
}
