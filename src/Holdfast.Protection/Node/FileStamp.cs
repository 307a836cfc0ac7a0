namespace Holdfast.Protection.Node;

/// <summary>Which file it is, and in which state: differs once the file was replaced or written to.</summary>
/// <param name="Device">Device number.</param>
/// <param name="Inode">Inode number.</param>
/// <param name="SizeBytes">Length.</param>
/// <param name="ModifiedNanoseconds">Time of the last write, since 1970.</param>
public readonly record struct FileStamp(ulong Device, ulong Inode, long SizeBytes, long ModifiedNanoseconds)
{
    /// <summary>Whether both are the same file, whatever was written to it.</summary>
    public bool IsSameFile(FileStamp other) => Device == other.Device && Inode == other.Inode;
}
