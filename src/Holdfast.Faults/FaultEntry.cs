namespace Holdfast.Faults;

/// <summary>One entry of the catalogue: what a fault means, in every language.</summary>
/// <param name="Code">Its stable name.</param>
/// <param name="Number">Its stable number, unique; thousands follow the area.</param>
/// <param name="Area">The area (catalogue file) it belongs to: the name of its catalogue file.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Retry">Whether to try again.</param>
/// <param name="RetryAfter">After how long, where <paramref name="Retry"/> is <see cref="RetryAdvice.Later"/>.</param>
/// <param name="Parameters">What its texts name.</param>
/// <param name="Conditions">Ids of the published Azure VM Backup troubleshooting conditions that it stands for; often none.</param>
/// <param name="Templates">Its texts by language; every language is present.</param>
/// <param name="Guide">How it shows and how it is detected; always there where <paramref name="Conditions"/> are.</param>
public sealed record FaultEntry(
    FaultCode Code,
    int Number,
    string Area,
    FaultSeverity Severity,
    RetryAdvice Retry,
    TimeSpan? RetryAfter,
    IReadOnlyList<FaultParameter> Parameters,
    IReadOnlyList<string> Conditions,
    IReadOnlyDictionary<FaultLanguage, FaultTemplate> Templates,
    FaultGuide? Guide = null);
