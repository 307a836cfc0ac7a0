using System.Numerics;

namespace Holdfast.Vault;

/// <summary>Limits of disks and attachments.</summary>
internal static class DiskRules
{
    public const long DiskBytesMax = 1L << 50;
    public const int DisksMax = 256;
    public const long AttachmentBytesMax = 256L << 20;
    public const int AttachmentPieceBytes = 1 << 20;
    public const int NameCharsMax = 100;
    public const int IdentityCharsMax = 4096;
    public const int PropertiesBytesMax = 4 << 20;

    public static bool IsChunkSize(int bytes) =>
        bytes is >= DiskSpec.ChunkSizeBytesMin and <= DiskSpec.ChunkSizeBytesMax && BitOperations.IsPow2(bytes);

    public static void Check(DiskSpec spec)
    {
        if (!IsChunkSize(spec.ChunkSizeBytes) || spec.SizeBytes is < 0 or > DiskBytesMax
            || spec.Name.Length is 0 or > NameCharsMax || spec.Identity.Length > IdentityCharsMax)
        {
            throw new ArgumentException("The disk's name, size or chunk size is out of range.", nameof(spec));
        }
    }
}
