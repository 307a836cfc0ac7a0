using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Protection.Health.Windows;

/// <summary>What PowerShell tells in JSON. Each part may be missing.</summary>
/// <param name="Sddl">The security descriptor of the folder MachineKeys.</param>
/// <param name="Version">The product version of the agent's file.</param>
/// <param name="Volumes">The volumes that BitLocker knows; null where it couldn't be asked.</param>
internal sealed record WindowsFacts(string? Sddl, string? Version, IReadOnlyList<WindowsFacts.Volume>? Volumes)
{
    private const int VolumesMax = 64;

    /// <summary>Reads the output; null for what isn't the script's.</summary>
    public static WindowsFacts? Parse(string text)
    {
        try
        {
            // Lists that a guest wrote may hold null, whatever their type says.
            return JsonSerializer.Deserialize(text.Trim(), WindowsJson.Default.WindowsFacts) is { } facts && facts.Volumes is not { Count: > VolumesMax }
                && facts.Volumes?.Any(v => v is null) is not true ? facts : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A volume.</summary>
    /// <param name="Drive">Its letter.</param>
    /// <param name="Lock">0 unlocked, 1 locked (Win32_EncryptableVolume.GetLockStatus).</param>
    internal sealed record Volume(string? Drive, int? Lock);
}

/// <summary>Reads the JSON of <see cref="WindowsFacts"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 8)]
[JsonSerializable(typeof(WindowsFacts))]
internal sealed partial class WindowsJson : JsonSerializerContext;
