namespace Holdfast.Protection.Sources;

/// <summary>qemu-storage-daemon refused a command or ended. The message is QEMU's own.</summary>
public sealed class StorageDaemonException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StorageDaemonException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Whether an image is in use by another process (QEMU's image locking).</summary>
    public bool IsLocked => Message.Contains("lock", StringComparison.Ordinal) && Message.Contains("Failed to get", StringComparison.Ordinal);

    /// <summary>Whether the image file doesn't exist.</summary>
    public bool IsMissing => Message.Contains("No such file or directory", StringComparison.Ordinal);
}
