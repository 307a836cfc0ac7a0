using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Secrets;

/// <summary>A secret of libvirt's as a point keeps it. A class, so that nothing ever prints its value.</summary>
internal sealed class SavedSecret
{
    /// <summary>Its UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>What it serves.</summary>
    public required SecretUsageType UsageType { get; init; }

    /// <summary>For what it is used.</summary>
    public required string UsageId { get; init; }

    /// <summary>Its definition.</summary>
    public required string Xml { get; init; }

    /// <summary>Its value.</summary>
    public required byte[] Value { get; init; }

    /// <summary>Whether a reference of a domain's is to it.</summary>
    public bool IsMeantBy(SecretReference reference) =>
        reference.Uuid is { } uuid ? uuid == Uuid : reference.UsageId is { } usage && usage == UsageId;
}

/// <summary>The secrets of a VM as a point keeps them: an attachment, sealed by the vault as everything is. Disposing clears the values.</summary>
internal sealed class SavedSecrets(IReadOnlyList<SavedSecret> secrets) : IDisposable
{
    private const int SecretsMax = 1024;

    /// <summary>The secrets.</summary>
    public IReadOnlyList<SavedSecret> All { get; } = secrets;

    /// <summary>None.</summary>
    public static SavedSecrets None { get; } = new([]);

    /// <summary>The secret that a reference of the VM's means; null where the point doesn't have it.</summary>
    public SavedSecret? Find(SecretReference reference) => All.FirstOrDefault(s => s.IsMeantBy(reference));

    /// <summary>Writes them for the vault. The caller clears what is returned.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(All, SavedSecretsJson.Default.IReadOnlyListSavedSecret);

    /// <summary>Reads them.</summary>
    /// <exception cref="FormatException">They can't be read.</exception>
    public static SavedSecrets Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var all = JsonSerializer.Deserialize(json, SavedSecretsJson.Default.IReadOnlyListSavedSecret);
            return all is { Count: <= SecretsMax } && all.All(s => s is { Value: not null, Xml: not null, UsageId: not null })
                ? new SavedSecrets(all) : throw new FormatException("The point's secrets lack what every secret has.");
        }
        catch (JsonException e)
        {
            // Not its message: that may quote what is read.
            throw new FormatException($"The point's secrets can't be read (at byte {e.BytePositionInLine}).");
        }
    }

    /// <summary>Clears the values.</summary>
    public void Dispose()
    {
        foreach (var secret in All)
            CryptographicOperations.ZeroMemory(secret.Value);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, MaxDepth = 8)]
[JsonSerializable(typeof(IReadOnlyList<SavedSecret>))]
internal sealed partial class SavedSecretsJson : JsonSerializerContext;
