using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Holdfast.Protection.Node;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Protection.Tpm;

/// <summary>
/// Reads and makes the file with a TPM's state. The folder is that of the emulator's user, who could put anything there: no link is followed, nothing but
/// a regular file is read, and no more of it than a state can have.
/// </summary>
internal static partial class TpmStateFile
{
    /// <summary>libtpms' states have some tens of KiB at most.</summary>
    public const int StateBytesMax = 1 << 20;

    private const int OpenNonBlocking = 0x800;
    private const int OpenNoFollow = 0x20000;
    private const int OpenCloseOnExec = 0x80000;
    private const int Enoent = 2;
    private const int Enotdir = 20;
    private const int Eloop = 40;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Reads a state; null where there is none. The caller clears it.</summary>
    /// <exception cref="IOException">It can't be read, or isn't what a state is: the message says so without the path.</exception>
    public static byte[]? Read(string path)
    {
        // Non-blocking: a pipe of that name would hold the run, and with it the guest's file systems.
        var fd = Open(path, OpenNonBlocking | OpenNoFollow | OpenCloseOnExec);
        if (fd < 0)
        {
            return Marshal.GetLastPInvokeError() switch
            {
                Enoent or Enotdir => null,
                Eloop => throw new IOException("it is a link"),
                var errno => throw new IOException(Marshal.GetPInvokeErrorMessage(errno)),
            };
        }

        using var file = new SafeFileHandle(fd, ownsHandle: true);
        // What is open, whatever the name stands for by now.
        if (HostFile.Look($"/proc/self/fd/{fd}") is not { IsRegular: true, SizeBytes: var length })
            throw new IOException("it isn't a regular file");
        if (length is 0 or > StateBytesMax)
            throw new IOException($"it has {length} bytes, and a state 1 to {StateBytesMax}");
        var state = new byte[length];
        var read = 0;
        while (read < state.Length && RandomAccess.Read(file, state.AsSpan(read), read) is > 0 and var got)
            read += got;
        if (read == state.Length)
            return state;
        CryptographicOperations.ZeroMemory(state);
        throw new IOException("it became shorter while it was read");
    }

    /// <summary>Makes the folders of a state as libvirt does, where they aren't there. Durable.</summary>
    public static void CreateFolders(string folder)
    {
        var domain = Path.GetDirectoryName(folder)!;
        Create(Path.GetDirectoryName(domain)!, Passable);
        Create(domain, Passable);
        Create(folder, OwnerOnly);
    }

    /// <summary>Removes the folders of a state that isn't there: the emulator's, and the domain's. What holds anything stays.</summary>
    public static void RemoveEmptyFolders(string folder)
    {
        foreach (var empty in (string[])[folder, Path.GetDirectoryName(folder)!])
        {
            try
            {
                Directory.Delete(empty);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not empty, or gone.
                return;
            }
        }
    }

    private static void Create(string folder, UnixFileMode mode)
    {
        if (Directory.Exists(folder))
            return;
        Directory.CreateDirectory(folder, OwnerOnly);
        // Not left to the umask: the emulator's user has to pass.
        File.SetUnixFileMode(folder, mode);
        HostFile.SyncFolder(Path.GetDirectoryName(folder)!);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);
}
