namespace Holdfast.Protection.Restore;

/// <summary>What a new VM's XML needs to know.</summary>
public sealed record RewriteRequest
{
    /// <summary>The new VM's name.</summary>
    public required string NewName { get; init; }

    /// <summary>Its UUID.</summary>
    public required Guid NewUuid { get; init; }

    /// <summary>Its VM generation ID, where the saved VM has one.</summary>
    public Guid NewGenerationId { get; init; } = Guid.NewGuid();

    /// <summary>Target name to the image that is restored for it.</summary>
    public required IReadOnlyDictionary<string, ImagePlace> Images { get; init; }

    /// <summary>Path of the new VM's firmware variables; null leaves the choice to libvirt.</summary>
    public string? NvramPath { get; init; }

    /// <summary>Their file format.</summary>
    public string? NvramFormat { get; init; }

    /// <summary>Whether saved firmware variables are restored to that path.</summary>
    public bool HasNvramContent { get; init; }

    /// <summary>libvirt network for every interface, and for one that is added where the VM has none; null keeps the saved ones.</summary>
    public string? Network { get; init; }

    /// <summary>Port group of that network; null for its default.</summary>
    public string? PortGroup { get; init; }

    /// <summary>Gives a MAC address that nobody else has.</summary>
    public required Func<string> NextMac { get; init; }

    /// <summary>Whether a file or device is on the host.</summary>
    public required Func<string, bool> FileExists { get; init; }
}

/// <summary>Where an image is restored to.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Format">qcow2 or raw.</param>
/// <param name="IsEncrypted">Whether it is LUKS, as the disk's definition says how.</param>
public sealed record ImagePlace(string Path, string Format, bool IsEncrypted = false);
