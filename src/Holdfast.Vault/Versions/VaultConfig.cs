using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Holdfast.Vault;

/// <summary>The vault's own description: readable without a key, authenticated once there is one.</summary>
internal sealed record VaultConfig(VaultId Vault, DateTimeOffset CreatedUtc, IReadOnlyDictionary<VaultOperation, IReadOnlyList<string>> Features)
{
    /// <summary>How long points are kept.</summary>
    public VaultImmutability Immutability { get; init; } = VaultImmutability.None;

    public const int BytesMax = 64 * 1024;

    private const string Format = "holdfast-vault";
    private const int Version = 1;
    private const int HashChars = 64;

    public static VaultConfig New(VaultId vault, DateTimeOffset created) =>
        new(vault, created, VaultFeatures.None);

    /// <summary>The same with another immutability, and the flags that keep programs off that don't know of it.</summary>
    public VaultConfig With(VaultImmutability immutability) => this with
    {
        Immutability = immutability,
        Features = Features.With(VaultFeatures.Immutability, immutability.IsOn, VaultOperation.Write, VaultOperation.Gc),
    };

    /// <summary>The same with the flag that keeps programs off that know but one key.</summary>
    public VaultConfig WithKeyEpochs() => this with { Features = Features.With(VaultFeatures.KeyEpochs, true, Enum.GetValues<VaultOperation>()) };

    /// <summary>
    /// Three lines: the JSON text; the hex HMAC-SHA256 of that text under the config key; the hex SHA-256 of the JSON text,
    /// by which a damaged copy is told before there is a key.
    /// </summary>
    public byte[] ToBytes(VaultKeys keys)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("format", Format);
            writer.WriteNumber("version", Version);
            writer.WriteString("vault", Vault.ToString());
            writer.WriteString("createdUtc", CreatedUtc.UtcDateTime);
            writer.WriteStartObject("features");
            foreach (var (operation, names) in Features)
            {
                writer.WriteStartArray(NameOf(operation));
                foreach (var name in names)
                {
                    writer.WriteStringValue(name);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
            if (Immutability.IsOn)
            {
                writer.WriteStartObject("immutability");
                writer.WriteBoolean("locked", Immutability.State is ImmutabilityState.Locked);
                writer.WriteNumber("days", Immutability.Days);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        var text = json.ToArray();
        return
        [
            .. text, (byte)'\n',
            .. Hex(HMACSHA256.HashData(keys.Config, text)), (byte)'\n',
            .. Hex(SHA256.HashData(text)), (byte)'\n',
        ];
    }

    /// <summary>Reads a copy; null if it is damaged. Its MAC is checked later, by <see cref="IsAuthentic"/>.</summary>
    public static VaultConfig? TryParse(byte[] bytes)
    {
        if (Split(bytes, out var text, out _))
        {
            try
            {
                using var json = JsonDocument.Parse(text);
                var root = json.RootElement;
                if (root.GetProperty("format").GetString() != Format)
                {
                    return null;
                }

                if (root.GetProperty("version").GetInt32() != Version)
                {
                    throw new VaultException(VaultErrorKind.Unsupported, "This vault has a newer format: use a newer version of this program.");
                }

                var features = Enum.GetValues<VaultOperation>().ToDictionary(
                    o => o,
                    o => (IReadOnlyList<string>)[.. root.GetProperty("features").GetProperty(NameOf(o)).EnumerateArray().Select(f => f.GetString() ?? "")]);
                var immutability = root.TryGetProperty("immutability", out var i)
                    ? new VaultImmutability(
                        i.GetProperty("locked").GetBoolean() ? ImmutabilityState.Locked : ImmutabilityState.Unlocked, i.GetProperty("days").GetInt32())
                    : VaultImmutability.None;
                return IdText.TryReadName(root.GetProperty("vault").GetString() ?? "", out var id) && immutability.IsValid
                    ? new VaultConfig(new VaultId(id), root.GetProperty("createdUtc").GetDateTimeOffset(), features) { Immutability = immutability }
                    : null;
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                return null;
            }
        }

        return null;
    }

    public static bool IsAuthentic(byte[] bytes, VaultKeys keys) =>
        Split(bytes, out var text, out var mac)
        && CryptographicOperations.FixedTimeEquals(Hex(HMACSHA256.HashData(keys.Config, text.Span)), mac.Span);

    /// <summary>Refuses an operation that takes a feature which this version doesn't have.</summary>
    public void Require(VaultOperation operation)
    {
        if (VaultFeatures.FirstUnknown(Features[operation]) is { } unknown)
        {
            throw new VaultException(
                VaultErrorKind.Unsupported, $"To {NameOf(operation)} this vault takes the feature '{unknown}', which this version doesn't have.");
        }
    }

    private static string NameOf(VaultOperation operation) => operation switch
    {
        VaultOperation.Read => "read",
        VaultOperation.Write => "write",
        VaultOperation.Gc => "gc",
        _ => "check",
    };

    private static byte[] Hex(byte[] bytes) => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes));

    private static bool Split(byte[] bytes, out ReadOnlyMemory<byte> text, out ReadOnlyMemory<byte> mac)
    {
        (text, mac) = (default, default);
        var hashAt = bytes.Length - HashChars - 1;
        var macAt = hashAt - HashChars - 1;
        if (macAt < 3 || bytes[macAt - 1] != '\n' || bytes[hashAt - 1] != '\n' || bytes[^1] != '\n')
        {
            return false;
        }

        (text, mac) = (bytes.AsMemory(0, macAt - 1), bytes.AsMemory(macAt, HashChars));
        return bytes.AsSpan(hashAt, HashChars).SequenceEqual(Hex(SHA256.HashData(text.Span)));
    }
}
