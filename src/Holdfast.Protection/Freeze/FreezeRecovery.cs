namespace Holdfast.Protection.Freeze;

/// <summary>What recovery did about one intent.</summary>
/// <param name="Path">The intent's file.</param>
/// <param name="Intent">The intent; null if it could not be read.</param>
/// <param name="Outcome">What was done.</param>
public sealed record FreezeRecovery(string Path, FreezeIntent? Intent, FreezeRecoveryOutcome Outcome);
