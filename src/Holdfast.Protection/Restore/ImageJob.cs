using Holdfast.Protection.Sources;
using Holdfast.Vault;

namespace Holdfast.Protection.Restore;

/// <summary>One disk to be written as an image.</summary>
/// <param name="Disk">The disk in the point.</param>
/// <param name="Item">Where it goes.</param>
/// <param name="Format">The image's format.</param>
/// <param name="Encryption">The passphrase of its LUKS encryption, or null.</param>
internal sealed record ImageJob(PointDisk Disk, RestoreItem Item, ImageFormat Format, ImageEncryption? Encryption);
