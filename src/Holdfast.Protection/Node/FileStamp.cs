namespace Holdfast.Protection.Node;

/// <summary>Which file it is, and in which state: differs once the file was replaced or written to.</summary>
/// <param name="Device">Device number. Of btrfs, ZFS and NFS it is another one after each boot.</param>
/// <param name="Inode">Inode number.</param>
/// <param name="SizeBytes">Length.</param>
/// <param name="ModifiedNanoseconds">Time of the last write, since 1970.</param>
/// <param name="BornNanoseconds">Time at which the file was made, since 1970; null where the file system keeps none.</param>
public readonly record struct FileStamp(ulong Device, ulong Inode, long SizeBytes, long ModifiedNanoseconds, long? BornNanoseconds = null)
{
    /// <summary>Whether both are the same file, whatever was written to it. For two looks of one boot, at any two paths.</summary>
    public bool IsSameFile(FileStamp other) => Device == other.Device && Inode == other.Inode;

    /// <summary>
    /// The same for two looks into one folder, perhaps of different boots. An inode that is used again has another time of birth. Not for different
    /// folders: a file in a snapshot of a file system differs by the device alone.
    /// </summary>
    public bool IsSameFileAcrossBoots(FileStamp other) =>
        Inode == other.Inode && (BornNanoseconds is { } born && other.BornNanoseconds is { } before ? born == before : Device == other.Device);

    /// <summary>Whether it is the same file, in one folder, and nothing was written to it.</summary>
    public bool IsUnchangedAcrossBoots(FileStamp other) =>
        IsSameFileAcrossBoots(other) && SizeBytes == other.SizeBytes && ModifiedNanoseconds == other.ModifiedNanoseconds;
}
