namespace Holdfast.GuestAgent;

/// <summary>A mounted file system that the agent would freeze.</summary>
/// <param name="Device">The block device's name in the guest.</param>
/// <param name="MountPoint">Where it is mounted, made safe to show.</param>
/// <param name="Type">Its type: <c>ext4</c>, <c>xfs</c>, <c>NTFS</c>.</param>
/// <param name="UsedBytes">Bytes in use, where the agent tells.</param>
/// <param name="TotalBytes">Size in bytes, where the agent tells.</param>
/// <param name="Disks">The disks beneath it.</param>
public sealed record GuestFileSystem(
    string Device, string MountPoint, string Type, long? UsedBytes, long? TotalBytes, IReadOnlyList<GuestDisk> Disks);
