using System.Security.Cryptography;

namespace Holdfast.ControlPlane.Access;

/// <summary>A key that tokens are signed with: ECDSA on P-256 (ES256).</summary>
/// <param name="KeyId">Its id.</param>
/// <param name="Key">The key; shared, never disposed by who uses it.</param>
/// <param name="CreatedUtc">When it was made.</param>
public sealed record SigningKey(string KeyId, ECDsa Key, DateTimeOffset CreatedUtc);
