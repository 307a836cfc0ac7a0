namespace Holdfast.Faults;

/// <summary>What the guide's JSON says of one entry.</summary>
internal sealed record GuideItem(
    string[] AzureCodes, Dictionary<string, string> Symptom, Dictionary<string, string> Detection, Dictionary<string, string>? Azure = null);
