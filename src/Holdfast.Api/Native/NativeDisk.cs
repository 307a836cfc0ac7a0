namespace Holdfast.Api.Native;

/// <summary>A VM's disk.</summary>
/// <param name="Target">Target name.</param>
/// <param name="Device">disk, cdrom, floppy or lun.</param>
/// <param name="Format">Image format, or null.</param>
/// <param name="Source">Path of the image, or null.</param>
/// <param name="SizeBytes">Virtual size, or null where unknown.</param>
/// <param name="Trackable">Whether changes can be tracked.</param>
/// <param name="Obstacle">Why not, or null.</param>
public sealed record NativeDisk(string Target, string Device, string? Format, string? Source, long? SizeBytes, bool Trackable, NativeFault? Obstacle);
