using System.Globalization;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Backup;

/// <summary>
/// Which image a disk was: path, device and inode. A bitmap lies in an image, so a disk is only read incrementally if the image
/// that stood for it at the base point is still in its chain (INV-2); swapped, replaced or restored images don't match.
/// </summary>
/// <param name="Path">The image's path.</param>
/// <param name="Device">Number of the device that the file lies on; 0 where unknown.</param>
/// <param name="Inode">The file's inode number; 0 where unknown.</param>
public sealed record ImageIdentity(string Path, ulong Device, ulong Inode)
{
    /// <summary>The form kept in the vault as a disk's identity.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Device}:{Inode}:{Path}");

    /// <summary>The identity of the file at <paramref name="path"/> as it is now; numbers are 0 if it can't be looked at.</summary>
    public static ImageIdentity Of(string path)
    {
        try
        {
            if (HostFile.Look(path) is { } file)
                return new ImageIdentity(path, file.Device, file.Inode);
        }
        catch (IOException)
        {
            // Not ours to look at.
        }

        return new ImageIdentity(path, 0, 0);
    }
}
