namespace Holdfast.Vault;

/// <summary>A key slot as it may be shown: without anything secret.</summary>
/// <param name="Id">The slot's id, 32 hex digits.</param>
/// <param name="Kind">What opens it.</param>
/// <param name="Label">A note by its maker.</param>
/// <param name="CreatedUtc">When it was made.</param>
/// <param name="Iterations">The rounds of PBKDF2; 0 where none is needed.</param>
public sealed record KeySlot(string Id, KeySlotKind Kind, string Label, DateTimeOffset CreatedUtc, int Iterations);
