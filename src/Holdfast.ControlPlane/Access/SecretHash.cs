using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Konscious.Security.Cryptography;

namespace Holdfast.ControlPlane.Access;

/// <summary>
/// Hashes of secrets with Argon2id (RFC 9106), in the usual text form <c>$argon2id$v=19$m=…,t=…,p=…$salt$hash</c>. Parameters as OWASP gives
/// them for 19 MiB; secrets are 256 random bits, so this guards what people may make of them rather than the secrets themselves.
/// </summary>
public static class SecretHash
{
    private const int MemoryKib = 19 * 1024;
    private const int Passes = 2;
    private const int Lanes = 1;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    // What a stored hash may ask for: a changed row must not become a way to exhaust the node.
    private const int MemoryKibMax = 256 * 1024;
    private const int PassesMax = 10;
    private const int LanesMax = 4;

    /// <summary>The longest secret that is looked at, in characters.</summary>
    public const int SecretLengthMax = 512;

    // At most so many are computed at once: each takes its memory for some tens of milliseconds.
    private static readonly SemaphoreSlim Places = new(2);

    /// <summary>A new secret: 256 random bits, with a prefix that secret scanners can look for.</summary>
    public static string NewSecret() => "hfs_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>Hashes a secret under a new salt.</summary>
    public static async Task<string> OfAsync(string secret, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrEmpty(secret);
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = await ComputeAsync(secret, salt, MemoryKib, Passes, Lanes, HashBytes, ct).ConfigureAwait(false);
        return string.Create(CultureInfo.InvariantCulture, $"$argon2id$v=19$m={MemoryKib},t={Passes},p={Lanes}${Text(salt)}${Text(hash)}");
    }

    /// <summary>Whether a hash is of this secret. Takes the same time whether it is or not; false for what is no hash.</summary>
    public static async Task<bool> MatchesAsync(string secret, string hash, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentNullException.ThrowIfNull(hash);
        if (secret.Length is 0 or > SecretLengthMax || !TryRead(hash, out var memory, out var passes, out var lanes, out var salt, out var expected))
            return false;
        var actual = await ComputeAsync(secret, salt, memory, passes, lanes, expected.Length, ct).ConfigureAwait(false);
        return CryptographicOperations.FixedTimeEquals(actual, expected);
    }

    private static async Task<byte[]> ComputeAsync(string secret, byte[] salt, int memoryKib, int passes, int lanes, int length, CancellationToken ct)
    {
        await Places.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            using var argon = new Argon2id(Encoding.UTF8.GetBytes(secret))
            {
                Salt = salt, MemorySize = memoryKib, Iterations = passes, DegreeOfParallelism = lanes,
            };
            return await argon.GetBytesAsync(length).ConfigureAwait(false);
        }
        finally
        {
            Places.Release();
        }
    }

    private static bool TryRead(string text, out int memory, out int passes, out int lanes, out byte[] salt, out byte[] hash)
    {
        (memory, passes, lanes, salt, hash) = (0, 0, 0, [], []);
        var parts = text.Split('$');
        if (parts is not ["", "argon2id", "v=19", _, _, _])
            return false;
        foreach (var setting in parts[3].Split(','))
        {
            if (setting.Length < 3 || setting[1] != '=' || !int.TryParse(setting.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                return false;
            switch (setting[0])
            {
                case 'm': memory = value; break;
                case 't': passes = value; break;
                case 'p': lanes = value; break;
                default: return false;
            }
        }

        if (memory is < 8 or > MemoryKibMax || passes is < 1 or > PassesMax || lanes is < 1 or > LanesMax || memory < 8 * lanes)
            return false;
        try
        {
            salt = Bytes(parts[4]);
            hash = Bytes(parts[5]);
        }
        catch (FormatException)
        {
            return false;
        }

        return salt.Length is >= 8 and <= 64 && hash.Length is >= 16 and <= 64;
    }

    private static string Text(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static byte[] Bytes(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
}
