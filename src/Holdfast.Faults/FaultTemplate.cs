namespace Holdfast.Faults;

/// <summary>An entry's texts in one language, with parameters in braces.</summary>
/// <param name="Message">What happened, in one sentence.</param>
/// <param name="Cause">Why it happens.</param>
/// <param name="Actions">What to do, in the order to try; at least one.</param>
public sealed record FaultTemplate(string Message, string Cause, IReadOnlyList<string> Actions);
