using System.Diagnostics.CodeAnalysis;
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

    /// <summary>Releases the lock.</summary>
    public void Dispose() => _file.Dispose();
}
