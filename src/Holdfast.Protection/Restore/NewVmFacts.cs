using Holdfast.Libvirt;

namespace Holdfast.Protection.Restore;

/// <summary>What a plan for a new VM needs to know of the host.</summary>
public sealed record NewVmFacts
{
    /// <summary>Every domain of the host: definitions, and the live XML of those that run.</summary>
    public required IReadOnlyList<DomainXml> Domains { get; init; }

    /// <summary>The folder that images go to, from a pool or as asked for; null for those of the saved disks.</summary>
    public string? Folder { get; init; }

    /// <summary>The folder for disks whose own folder isn't on this host.</summary>
    public required string DefaultFolder { get; init; }

    /// <summary>Whether a file, link or device is on the host.</summary>
    public required Func<string, bool> FileExists { get; init; }

    /// <summary>Whether a folder is on the host.</summary>
    public required Func<string, bool> FolderExists { get; init; }

    /// <summary>Gives random bytes, for MAC addresses.</summary>
    public required Func<int, byte[]> RandomBytes { get; init; }
}
