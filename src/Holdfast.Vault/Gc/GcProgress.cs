namespace Holdfast.Vault;

/// <summary>How far a collection is.</summary>
/// <param name="Stage">What it does.</param>
/// <param name="Done">Points marked, or bytes written anew, or packs dropped.</param>
/// <param name="Total">Of how many.</param>
public readonly record struct GcProgress(GcStage Stage, long Done, long Total);
