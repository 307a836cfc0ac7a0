using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Protection.Node;

/// <summary>File operations that .NET lacks: rename without replacing, fsync of a folder, owner, identity.</summary>
internal static partial class HostFile
{
    private const int AtFdCwd = -100;
    private const uint RenameNoReplace = 1;
    private const int OpenReadOnly = 0;
    private const int OpenDirectory = 0x10000;
    private const int OpenCloseOnExec = 0x80000;
    private const uint StatxBasic = 0x7ff;
    private const uint StatxBirth = 0x800;
    // struct statx (linux/stat.h), the same on every architecture, 256 bytes.
    private const int StatxSize = 256;
    private const int FileType = 0xf000;
    private const int RegularFile = 0x8000;
    private const int BlockDevice = 0x6000;
    // sysfs counts in these, whatever the device's own are.
    private const int SectorBytes = 512;
    private const int Eexist = 17;
    private const int Enoent = 2;
    private const int Einval = 22;
    private const uint SyncFileRangeWrite = 2;

    /// <summary>Looks at a file, following links; null if it isn't there.</summary>
    public static HostFileInfo? Look(string path)
    {
        Span<byte> b = stackalloc byte[StatxSize];
        if (Statx(AtFdCwd, path, 0, StatxBasic | StatxBirth, ref MemoryMarshal.GetReference(b)) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            return errno is Enoent or 20 ? null : throw Error("stat", path, errno);
        }

        return new HostFileInfo(
            Device: ((ulong)BitConverter.ToUInt32(b[136..]) << 32) | BitConverter.ToUInt32(b[140..]),
            Inode: BitConverter.ToUInt64(b[32..]),
            SizeBytes: BitConverter.ToInt64(b[40..]),
            AllocatedBytes: BitConverter.ToInt64(b[48..]) * 512,
            ModifiedNanoseconds: NanosecondsAt(b[112..]),
            BornNanoseconds: (BitConverter.ToUInt32(b) & StatxBirth) != 0 ? NanosecondsAt(b[80..]) : null,
            UserId: BitConverter.ToUInt32(b[20..]),
            GroupId: BitConverter.ToUInt32(b[24..]),
            Mode: (UnixFileMode)(BitConverter.ToUInt16(b[28..]) & 0xfff),
            IsRegular: (BitConverter.ToUInt16(b[28..]) & FileType) == RegularFile,
            BlockDevice: (BitConverter.ToUInt16(b[28..]) & FileType) == BlockDevice
                ? string.Create(CultureInfo.InvariantCulture, $"{BitConverter.ToUInt32(b[128..])}:{BitConverter.ToUInt32(b[132..])}") : null);
    }

    /// <summary>The bytes of a regular file or a block device; null of anything else, or if it isn't there.</summary>
    public static long? SizeOf(string path) => Look(path) switch
    {
        { IsRegular: true, SizeBytes: var size } => size,
        { BlockDevice: { } numbers } => SectorBytes * long.Parse(File.ReadAllText($"/sys/dev/block/{numbers}/size"), CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>Whether two paths lead to one file that is there.</summary>
    public static bool AreOne(string path, string other) =>
        Look(path) is { } file && Look(other) is { } same && file.Stamp.IsSameFile(same.Stamp);

    /// <summary>
    /// Renames a file; fails if the new name is taken. The folder is synced, so the rename survives a power cut. Can be repeated after a crash: where the
    /// file has both names by then, it loses the old one.
    /// </summary>
    public static void Move(string from, string to)
    {
        if (Rename(AtFdCwd, from, AtFdCwd, to, RenameNoReplace) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            // EINVAL: the file system knows no flags (NFS). link(2) doesn't replace either.
            if (errno == Einval)
                errno = Link(from, to) == 0 ? 0 : Marshal.GetLastPInvokeError();
            // A link that was made before, by a move that was cut off there.
            var isMade = errno == 0 || (errno == Eexist && new FileInfo(to).LinkTarget is null && AreOne(from, to));
            if (!isMade)
                throw Error("rename", errno == Eexist ? to : from, errno);
            File.Delete(from);
        }

        SyncFolder(Path.GetDirectoryName(to)!);
    }

    /// <summary>Deletes a file if it is there, and syncs its folder.</summary>
    public static void Delete(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
            return;
        File.Delete(path);
        SyncFolder(folder);
    }

    /// <summary>Makes the names in a folder durable.</summary>
    public static void SyncFolder(string folder)
    {
        var fd = Open(folder, OpenReadOnly | OpenDirectory | OpenCloseOnExec);
        if (fd < 0)
            throw Error("open", folder, Marshal.GetLastPInvokeError());
        try
        {
            // EINVAL: a file system that can't sync folders syncs names by itself.
            if (Fsync(fd) != 0 && Marshal.GetLastPInvokeError() is var errno and not 22)
                throw Error("fsync", folder, errno);
        }
        finally
        {
            _ = Close(fd);
        }
    }

    /// <summary>Gives a file owner and mode.</summary>
    public static void SetOwner(string path, uint user, uint group, UnixFileMode mode)
    {
        if (Chown(path, user, group) != 0)
            throw Error("chown", path, Marshal.GetLastPInvokeError());
        File.SetUnixFileMode(path, mode);
    }

    /// <summary>
    /// Writes a small file, mode 0600, under its name at once or not at all: temporary name, sync, rename, sync of the folder.
    /// For files with one writer at a time.
    /// </summary>
    public static void WriteDurably(string path, ReadOnlySpan<byte> content)
    {
        // What a crash left under the temporary name goes first: it may be another user's to read.
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Asks the kernel to begin writing what is dirty of a file, so that the sync at the end finds little left. A hint.</summary>
    public static void StartWriteBack(SafeFileHandle file) => _ = SyncFileRange(file, 0, 0, SyncFileRangeWrite);

    /// <summary>Bytes free for this process in the file system of a folder.</summary>
    public static long FreeBytes(string folder) => new DriveInfo(folder).AvailableFreeSpace;

    private static long NanosecondsAt(ReadOnlySpan<byte> time) => (BitConverter.ToInt64(time) * 1_000_000_000) + BitConverter.ToUInt32(time[8..]);

    internal static IOException Error(string call, string path, int errno) =>
        new(new StringBuilder(call).Append(' ').Append(path).Append(": ").Append(Marshal.GetPInvokeErrorMessage(errno)).ToString(), errno);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte buffer);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Rename(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int fd);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Chown(string path, uint user, uint group);
}

/// <summary>What statx(2) says of a file; <paramref name="BlockDevice"/> is a block device's numbers, such as 8:0.</summary>
internal readonly record struct HostFileInfo(
    ulong Device, ulong Inode, long SizeBytes, long AllocatedBytes, long ModifiedNanoseconds, long? BornNanoseconds, uint UserId, uint GroupId, UnixFileMode Mode,
    bool IsRegular, string? BlockDevice)
{
    /// <summary>What changes when somebody writes to the file.</summary>
    public FileStamp Stamp => new(Device, Inode, SizeBytes, ModifiedNanoseconds, BornNanoseconds);
}
