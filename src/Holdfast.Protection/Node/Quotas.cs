using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Faults;
using Holdfast.Vault;

namespace Holdfast.Protection.Node;

/// <summary>Limits that whoever administers a node sets: quotas.json in its state folder. Without the file there are none.</summary>
public sealed record Quotas
{
    private static readonly Quotas None = new();

    /// <summary>VMs that a host may have, defined or running; a restore makes none beyond that. Null for no limit.</summary>
    public int? VmsPerHost { get; private init; }

    /// <summary>Bytes that a vault may hold; no backup into it begins beyond that. Null for no limit.</summary>
    public long? VaultBytes { get; private init; }

    /// <summary>The same for single vaults, which goes before <see cref="VaultBytes"/>.</summary>
    public IReadOnlyDictionary<VaultId, long> BytesOfVaults { get; private init; } = new Dictionary<VaultId, long>();

    /// <summary>Whether any vault has a limit.</summary>
    public bool LimitsVaults => VaultBytes is not null || BytesOfVaults.Count > 0;

    /// <summary>Bytes that this vault may hold; null for no limit.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="alias">Another id that it is known by, or null.</param>
    public long? LimitOf(VaultId vault, VaultId? alias = null) =>
        BytesOfVaults.TryGetValue(vault, out var own) || (alias is { } other && BytesOfVaults.TryGetValue(other, out own)) ? own : VaultBytes;

    /// <summary>Reads them.</summary>
    /// <exception cref="FaultException">The file can't be read; limits that can't be read aren't taken for none.</exception>
    public static Quotas Read(NodePaths paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var path = Path.Combine(paths.State, "quotas.json");
        try
        {
            var file = JsonSerializer.Deserialize(File.ReadAllBytes(path), QuotasJson.Default.QuotasFile) ?? throw new JsonException("it is empty");
            return new Quotas
            {
                VmsPerHost = file.VmsPerHost,
                VaultBytes = file.VaultSize is { } size ? BytesOf(size) : null,
                BytesOfVaults = (file.VaultSizes ?? []).ToDictionary(s => IdOf(s.Key), s => BytesOf(s.Value)),
            };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return None;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FaultException(HostFaults.StateFolderNotUsable(path, e.Message), e);
        }
    }

    private static long BytesOf(string? text) => ByteSize.TryParse(text) ?? throw new JsonException($"'{text}' isn't a size; write for example 500GiB.");

    private static VaultId IdOf(string text) => VaultId.TryParse(text, out var id) ? id : throw new JsonException($"'{text}' isn't the id of a vault.");
}

/// <summary>quotas.json as it is written.</summary>
internal sealed record QuotasFile(int? VmsPerHost, string? VaultSize, Dictionary<string, string?>? VaultSizes);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(QuotasFile))]
internal sealed partial class QuotasJson : JsonSerializerContext;
