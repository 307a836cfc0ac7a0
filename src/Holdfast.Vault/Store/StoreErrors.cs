using System.Runtime.InteropServices;

namespace Holdfast.Vault;

/// <summary>Turns the system's errors into this room's.</summary>
internal static class StoreErrors
{
    public static VaultException FromErrno(int errno, string what) =>
        new(KindOf(errno), $"{what}: {Marshal.GetPInvokeErrorMessage(errno)}");

    public static VaultException From(Exception error, string what) => error switch
    {
        VaultException known => known,
        UnauthorizedAccessException => new(VaultErrorKind.PermissionDenied, $"{what}: {error.Message}", error),
        // On Unix, HResult is errno where the runtime has no kind of its own for the error.
        IOException => new(KindOf(error.HResult), $"{what}: {error.Message}", error),
        _ => new(VaultErrorKind.Io, $"{what}: {error.Message}", error),
    };

    private static VaultErrorKind KindOf(int errno) => errno switch
    {
        Posix.ENOSPC or Posix.EDQUOT => VaultErrorKind.NoSpace,
        Posix.EACCES or Posix.EPERM or Posix.EROFS => VaultErrorKind.PermissionDenied,
        _ => VaultErrorKind.Io,
    };
}
