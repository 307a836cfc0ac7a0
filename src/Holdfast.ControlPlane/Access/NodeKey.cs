using System.Security.Cryptography;
using System.Text;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Access;

/// <summary>
/// The key that nodes of one database share and the database never holds: 32 random bytes in a file of the node's own, or in systemd's
/// credentials folder as <c>holdfast-node-key</c>. What is sealed in the database is sealed under it.
/// </summary>
public sealed class NodeKey
{
    /// <summary>The credential's name for systemd's LoadCredential.</summary>
    public const string CredentialName = "holdfast-node-key";

    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly byte[] _sealingKey;

    private NodeKey(byte[] key) => _sealingKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeyBytes, info: "holdfast signing keys"u8.ToArray());

    /// <summary>Reads the key.</summary>
    /// <exception cref="FaultException">It can't be read, isn't a key, or others may read it.</exception>
    public static NodeKey Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            if ((File.GetUnixFileMode(file) & (UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
                throw AccessFaults.NodeKeyUnusable(path, "other accounts can read or change it").ToException();
            var key = new byte[KeyBytes];
            if (RandomAccess.GetLength(file) != KeyBytes || RandomAccess.Read(file, key, 0) != KeyBytes)
                throw AccessFaults.NodeKeyUnusable(path, "it isn't 32 bytes long").ToException();
            return new NodeKey(key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AccessFaults.NodeKeyUnusable(path, e.Message).ToException(e);
        }
    }

    /// <summary>Makes the file with a new key, durably, and reads it. If another process made it meanwhile, that one is read.</summary>
    public static NodeKey Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly | UnixFileMode.UserExecute);
        var unfinished = path + "." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        using (var file = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(RandomNumberGenerator.GetBytes(KeyBytes));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(unfinished, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(unfinished);
        }

        return Read(path);
    }

    /// <summary>Seals bytes; they can be opened only with the same key and label.</summary>
    public string Seal(ReadOnlySpan<byte> plain, string label)
    {
        var output = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(output.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(_sealingKey, TagBytes);
        aes.Encrypt(output.AsSpan(0, NonceBytes), plain, output.AsSpan(NonceBytes, plain.Length), output.AsSpan(^TagBytes..), Encoding.UTF8.GetBytes(label));
        return Convert.ToBase64String(output);
    }

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <exception cref="CryptographicException">Another key, another label, or changed bytes.</exception>
    public byte[] Open(string sealedText, string label)
    {
        byte[] input;
        try
        {
            input = Convert.FromBase64String(sealedText);
        }
        catch (FormatException e)
        {
            throw new CryptographicException("This isn't sealed.", e);
        }

        if (input.Length < NonceBytes + TagBytes)
            throw new CryptographicException("This isn't sealed.");
        var plain = new byte[input.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_sealingKey, TagBytes);
        aes.Decrypt(input.AsSpan(0, NonceBytes), input.AsSpan(NonceBytes, plain.Length), input.AsSpan(^TagBytes..), plain, Encoding.UTF8.GetBytes(label));
        return plain;
    }
}
