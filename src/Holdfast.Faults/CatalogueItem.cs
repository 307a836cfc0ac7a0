namespace Holdfast.Faults;

/// <summary>An entry as the catalogue's JSON has it.</summary>
internal sealed record CatalogueItem(
    string Code,
    int Number,
    FaultSeverity Severity,
    RetryAdvice Retry,
    Dictionary<string, string> Parameters,
    string[] Conditions,
    Dictionary<string, FaultTemplate> Texts,
    double? RetryAfterSeconds = null);
