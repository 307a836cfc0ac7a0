namespace Holdfast.Vault.Tests;

/// <summary>What disks and people do to files.</summary>
internal static class Damage
{
    public static async Task DoAsync(string how, string path, string other)
    {
        var bytes = await File.ReadAllBytesAsync(path);
        switch (how)
        {
            case "flip":
                bytes[bytes.Length / 2] ^= 0x10;
                await File.WriteAllBytesAsync(path, bytes);
                break;
            case "cut":
                await File.WriteAllBytesAsync(path, bytes[..(bytes.Length / 2)]);
                break;
            case "delete":
                File.Delete(path);
                break;
            case "foreign":
                new Random(1).NextBytes(bytes);
                await File.WriteAllBytesAsync(path, bytes);
                break;
            default:
                var otherBytes = await File.ReadAllBytesAsync(other);
                await File.WriteAllBytesAsync(other, bytes);
                await File.WriteAllBytesAsync(path, otherBytes);
                break;
        }
    }
}
