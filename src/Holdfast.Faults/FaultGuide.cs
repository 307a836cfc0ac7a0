namespace Holdfast.Faults;

/// <summary>What the guide says of an entry besides its texts; every entry that stands for a troubleshooting condition has one.</summary>
/// <param name="AzureCodes">The codes under which Azure reports the same; often none.</param>
/// <param name="Symptom">How it shows, by language.</param>
/// <param name="Detection">How Holdfast detects it, by language.</param>
/// <param name="Azure">What to do if the backup runs in Azure itself, by language; empty where nothing is to be said.</param>
public sealed record FaultGuide(
    IReadOnlyList<string> AzureCodes,
    IReadOnlyDictionary<FaultLanguage, string> Symptom,
    IReadOnlyDictionary<FaultLanguage, string> Detection,
    IReadOnlyDictionary<FaultLanguage, string> Azure);
