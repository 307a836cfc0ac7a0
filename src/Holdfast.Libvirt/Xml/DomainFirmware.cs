namespace Holdfast.Libvirt;

/// <summary>How a domain's firmware is set up.</summary>
/// <param name="AutoSelection">What libvirt is to choose (<c>efi</c>, <c>bios</c>); null when it isn't asked to.</param>
/// <param name="LoaderPath">The firmware's file.</param>
/// <param name="LoaderType"><c>pflash</c> or <c>rom</c>.</param>
/// <param name="IsSecureBoot">Secure boot is asked of the loader.</param>
/// <param name="NvramPath">The file of its variables.</param>
/// <param name="NvramTemplate">The template they are made from.</param>
/// <param name="NvramKind">Where the variables lie; File unless the XML says otherwise.</param>
public sealed record DomainFirmware(
    string? AutoSelection,
    string? LoaderPath,
    string? LoaderType,
    bool IsSecureBoot,
    string? NvramPath,
    string? NvramTemplate,
    DiskSourceKind NvramKind)
{
    /// <summary>The firmware keeps variables, so there is state besides the disks.</summary>
    public bool HasNvram => NvramPath is not null || NvramTemplate is not null || NvramKind is not DiskSourceKind.File
        || AutoSelection == "efi" || LoaderType == "pflash";
}
