namespace Holdfast.Libvirt;

/// <summary>The places of one backup run: the NBD socket, and a scratch file per disk. Disposing removes them.</summary>
/// <remarks>Dispose only once the job is over: libvirt removes its scratch files a moment after the abort returned.</remarks>
public sealed class QemuRunFolder : IDisposable
{
    private readonly string? _socketPath;

    private readonly (uint UserId, uint GroupId)? _identity;

    internal QemuRunFolder(string folderPath, string? socketPath, (uint UserId, uint GroupId)? identity = null)
    {
        FolderPath = folderPath;
        _socketPath = socketPath;
        _identity = identity;
    }

    /// <summary>The folder of the scratch files: 0700, the caller's, and QEMU's user's once it is handed over.</summary>
    public string FolderPath { get; }

    /// <summary>The Unix socket that QEMU's NBD server is to listen on.</summary>
    public string SocketPath => _socketPath ?? throw new InvalidOperationException("This run is over.");

    /// <summary>The scratch file of a disk. Its name ends in .qcow2, since libvirt's AppArmor helper may read only such names.</summary>
    /// <param name="diskTarget">The disk, such as <c>vda</c>.</param>
    public string ScratchPath(string diskTarget)
    {
        ArgumentException.ThrowIfNullOrEmpty(diskTarget);
        return diskTarget.All(char.IsAsciiLetterOrDigit)
            ? Path.Combine(FolderPath, $"{diskTarget}.scratch.qcow2")
            : throw new ArgumentException("A disk's target has letters and digits only.", nameof(diskTarget));
    }

    /// <summary>
    /// Gives the folder to QEMU's user, as the last thing before the job begins. From then on a QEMU that has been broken out of can put links
    /// there: whoever has more rights makes and opens nothing in it any more.
    /// </summary>
    public void HandOver()
    {
        if (_identity is { } identity)
        {
            UnixFile.ChangeOwner(FolderPath, identity.UserId, identity.GroupId);
        }
    }

    /// <summary>Gives a scratch file that was made by the caller to QEMU's user, for it alone; before the folder.</summary>
    /// <param name="path">The file.</param>
    public void HandOver(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (_identity is { } identity)
        {
            UnixFile.ChangeOwner(path, identity.UserId, identity.GroupId);
        }
    }

    /// <summary>Bytes free on the file system of the scratch files.</summary>
    public long GetAvailableBytes() => new DriveInfo(FolderPath).AvailableFreeSpace;

    /// <summary>Removes socket, scratch files and folder, as far as they are still there.</summary>
    public void Dispose()
    {
        if (_socketPath is not null)
        {
            try
            {
                File.Delete(_socketPath);
            }
            catch (DirectoryNotFoundException)
            {
                // libvirt removed the domain's folder together with the domain.
            }
        }

        try
        {
            // Symbolic links are removed, never followed.
            Directory.Delete(FolderPath, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Removed before.
        }
    }
}
