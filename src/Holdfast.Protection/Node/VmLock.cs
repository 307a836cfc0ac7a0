using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Holdfast.Faults;

namespace Holdfast.Protection.Node;

/// <summary>One operation at a time on a VM or image, on this node. Ends with the process, however it ends.</summary>
public sealed class VmLock : IDisposable
{
    private readonly FileStream _file;

    private VmLock(FileStream file) => _file = file;

    /// <summary>Takes the lock of <paramref name="source"/>, or throws 'operation in progress'.</summary>
    /// <param name="paths">The node's folders.</param>
    /// <param name="source">UUID of the VM or image.</param>
    /// <param name="name">Its name, for the message.</param>
    public static VmLock Acquire(NodePaths paths, Guid source, string name)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var folder = PrivateFolder.Create(paths.State, "locks");
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB). The file stays: deleting it would let two holders in.
            return new VmLock(new FileStream(
                Path.Combine(folder, source.ToString("N") + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new FaultException(BackupFaults.OperationInProgress(name, "holdfast"), e);
        }
    }

    /// <summary>Takes the lock of <paramref name="source"/> if nobody holds it.</summary>
    public static bool TryAcquire(NodePaths paths, Guid source, [NotNullWhen(true)] out VmLock? held)
    {
        try
        {
            held = Acquire(paths, source, "");
            return true;
        }
        catch (FaultException)
        {
            held = null;
            return false;
        }
    }

    /// <summary>Whether somebody holds the lock now, as the kernel lists it: trying for it could make a run fail that wants it at this moment.</summary>
    public static bool IsHeld(NodePaths paths, Guid source)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (HostFile.Look(Path.Combine(paths.State, "locks", source.ToString("N") + ".lock")) is not { } file)
            return false;
        // "1: FLOCK  ADVISORY  WRITE 203 fe:00:3072704 0 EOF"; device numbers differ between views of an overlay.
        var inode = string.Create(CultureInfo.InvariantCulture, $":{file.Stamp.Inode} ");
        return File.ReadLines("/proc/locks").Any(l => l.Contains(" FLOCK ", StringComparison.Ordinal) && l.Contains(" WRITE ", StringComparison.Ordinal)
            && l.Contains(inode, StringComparison.Ordinal));
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => _file.Dispose();
}
