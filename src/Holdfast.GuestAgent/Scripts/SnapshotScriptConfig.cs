using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.GuestAgent.Scripts;

/// <summary>The configuration of pre- and post-scripts in a guest, as Azure's Linux framework words it.</summary>
/// <remarks>Strict: an unknown or repeated field, a wrong type or a value out of bounds refuses the whole. A misspelt
/// field that was passed over would give points that are less consistent than their owner believes. Setters aren't init-only: the generated
/// reader would then overwrite the defaults of absent fields.</remarks>
public sealed record SnapshotScriptConfig
{
    /// <summary>Where the guest keeps it.</summary>
    public const string Location = "/etc/azure/VMSnapshotScriptPluginConfig.json";

    /// <summary>The largest configuration that is read.</summary>
    public const int BytesMax = 64 * 1024;

    private const int ParametersMax = 64;
    private const int ParameterCharsMax = 4096;

    /// <summary>Name of the plug-in; not used.</summary>
    [JsonInclude]
    public string PluginName { get; internal set; } = "";

    /// <summary>Absolute path of the script run before the freeze; empty: none.</summary>
    [JsonInclude]
    public string PreScriptLocation { get; internal set; } = "";

    /// <summary>Absolute path of the script run after the thaw; empty: none.</summary>
    [JsonInclude]
    public string PostScriptLocation { get; internal set; } = "";

    /// <summary>Arguments of the pre-script.</summary>
    [JsonInclude]
    public IReadOnlyList<string> PreScriptParams { get; internal set; } = [];

    /// <summary>Arguments of the post-script.</summary>
    [JsonInclude]
    public IReadOnlyList<string> PostScriptParams { get; internal set; } = [];

    /// <summary>How often a failing pre-script is tried again.</summary>
    [JsonInclude]
    public int PreScriptNoOfRetries { get; internal set; }

    /// <summary>How often a failing post-script is tried again.</summary>
    [JsonInclude]
    public int PostScriptNoOfRetries { get; internal set; }

    /// <summary>Seconds that each try of a script may take.</summary>
    [JsonInclude]
    public int TimeoutInSeconds { get; internal set; } = 30;

    /// <summary>Whether the backup goes on, with a lower consistency, when a script fails.</summary>
    [JsonInclude]
    public bool ContinueBackupOnFailure { get; internal set; } = true;

    /// <summary>Whether file systems are frozen between the scripts.</summary>
    [JsonPropertyName("fsFreezeEnabled")]
    [JsonInclude]
    public bool FileSystemFreezeEnabled { get; internal set; } = true;

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="FormatException">It isn't one; the message tells why and is safe to show.</exception>
    public static SnapshotScriptConfig Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            utf8 = utf8[3..];
        SnapshotScriptConfig? config;
        try
        {
            config = JsonSerializer.Deserialize(utf8, SnapshotScriptJson.Default.SnapshotScriptConfig);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException(GuestText.Clean(e.Message, 300), e);
        }
        if (config is null)
            throw new FormatException("It is empty.");
        config.Check();
        return config;
    }

    private void Check()
    {
        CheckPath(PreScriptLocation, "preScriptLocation");
        CheckPath(PostScriptLocation, "postScriptLocation");
        CheckParameters(PreScriptParams, "preScriptParams");
        CheckParameters(PostScriptParams, "postScriptParams");
        CheckNumber(PreScriptNoOfRetries, 0, 10, "preScriptNoOfRetries");
        CheckNumber(PostScriptNoOfRetries, 0, 10, "postScriptNoOfRetries");
        CheckNumber(TimeoutInSeconds, 1, 1800, "timeoutInSeconds");
    }

    private static void CheckPath(string path, string field)
    {
        if (path.Length == 0)
            return;
        if (path[0] != '/' || path.Length > GuestAgentLimits.PathChars || path.Any(char.IsControl)
            || path[1..].Split('/').Any(part => part is "" or "." or ".."))
            throw new FormatException($"{field} isn't an absolute path in its plain form.");
    }

    private static void CheckParameters(IReadOnlyList<string> parameters, string field)
    {
        if (parameters.Count > ParametersMax || parameters.Any(p => p is null || p.Length > ParameterCharsMax || p.Contains('\0', StringComparison.Ordinal)))
            throw new FormatException($"{field} holds too many, too long or impossible arguments.");
    }

    private static void CheckNumber(int value, int min, int max, string field)
    {
        if (value < min || value > max)
            throw new FormatException($"{field} isn't between {min} and {max}.");
    }
}
