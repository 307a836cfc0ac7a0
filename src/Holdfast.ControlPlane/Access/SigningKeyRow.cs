using System.ComponentModel.DataAnnotations;

namespace Holdfast.ControlPlane.Access;

/// <summary>A key that signs tokens, sealed under the key file that the nodes share (INV-4).</summary>
public sealed class SigningKeyRow
{
    /// <summary>The key's id, as tokens name it.</summary>
    [Key]
    public required string KeyId { get; set; }

    /// <summary>PKCS#8, sealed with AES-256-GCM: nonce, ciphertext, tag; base64.</summary>
    public required string SealedKey { get; set; }

    /// <summary>When it was made: the youngest key signs.</summary>
    public DateTimeOffset CreatedUtc { get; set; }
}
