namespace Holdfast.ControlPlane.Vaults;

/// <summary>Changes to a vault's settings; null leaves a setting as it is.</summary>
public sealed record VaultSettings
{
    /// <summary>Days that deleted items are kept unless set otherwise, as in Azure.</summary>
    public const int SoftDeleteDaysDefault = 14;

    /// <summary>Longest that deleted items are kept, in days.</summary>
    public const int SoftDeleteDaysMax = 180;

    /// <summary>The tag that says in which language texts are for whoever asks for none. Azure's vaults have no such setting, but every client can set a tag.</summary>
    public const string LanguageTag = "holdfast-language";

    /// <summary>The languages that it may name.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["en", "zh-TW"];

    /// <summary>The language that the tags name, as it is written there, or null.</summary>
    public string? Language => Tags?.FirstOrDefault(t => t.Key.Equals(LanguageTag, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Tags; replaces all.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Soft delete.</summary>
    public SoftDeleteState? SoftDelete { get; init; }

    /// <summary>Days that deleted items are kept: 14 to 180.</summary>
    public int? SoftDeleteDays { get; init; }

    /// <summary>LocallyRedundant, ZoneRedundant or GeoRedundant.</summary>
    public string? StorageRedundancy { get; init; }

    /// <summary>Cross-region restore.</summary>
    public bool? CrossRegionRestore { get; init; }

    /// <summary>Disabled, Unlocked or Locked.</summary>
    public string? Immutability { get; init; }

    /// <summary>Enabled or Disabled.</summary>
    public string? PublicNetworkAccess { get; init; }

    /// <summary>Alerts.</summary>
    public VaultAlertSettings? Alerts { get; init; }
}
