namespace Holdfast.GuestAgent;

/// <summary>A disk beneath a guest's file system.</summary>
/// <param name="BusType">The bus: <c>virtio</c>, <c>scsi</c>.</param>
/// <param name="Device">The device's path in the guest, where the agent tells.</param>
/// <param name="Serial">Its serial number, where the agent tells.</param>
public sealed record GuestDisk(string BusType, string? Device, string? Serial);
