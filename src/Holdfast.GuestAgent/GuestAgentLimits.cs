namespace Holdfast.GuestAgent;

/// <summary>What a reply may at most hold (INV-1). Every loop and list over guest data ends at one of these.</summary>
internal static class GuestAgentLimits
{
    /// <summary>libvirt itself gives up at 10 MiB.</summary>
    public const int ReplyChars = 12 * 1024 * 1024;
    public const int ReplyDepth = 16;

    public const int NameChars = 256;
    public const int PathChars = 4096;
    public const int DescriptionChars = 1024;

    public const int Commands = 4096;
    public const int FileSystems = 4096;
    public const int DisksOfFileSystem = 512;
    public const int Interfaces = 1024;
    public const int AddressesOfInterface = 1024;

    public const int FileReadBytes = 48 * 1024;
    public const int FileReadsWithoutProgress = 4;
}
