namespace Holdfast.Faults;

/// <summary>An entry that fits a text.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Score">How well it fits, from 0 to 1; 1 where the text holds its code.</param>
/// <param name="By">By what it was found.</param>
public sealed record FaultMatch(FaultEntry Entry, double Score, FaultMatchKind By);
