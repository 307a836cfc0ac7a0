using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Faults;

namespace Holdfast.Protection.Node;

/// <summary>Limits that whoever administers a node sets: quotas.json in its state folder. Without the file there are none.</summary>
/// <param name="VmsPerHost">VMs that a host may have, defined or running; a restore makes none beyond that. Null for no limit.</param>
public sealed record Quotas(int? VmsPerHost)
{
    /// <summary>Reads them.</summary>
    /// <exception cref="FaultException">The file can't be read; limits that can't be read aren't taken for none.</exception>
    public static Quotas Read(NodePaths paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var path = Path.Combine(paths.State, "quotas.json");
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), QuotasJson.Default.Quotas) ?? throw new JsonException("it is empty");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Quotas(VmsPerHost: null);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new FaultException(HostFaults.StateFolderNotUsable(path, e.Message), e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Quotas))]
internal sealed partial class QuotasJson : JsonSerializerContext;
