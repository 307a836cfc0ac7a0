namespace Holdfast.Vault;

/// <summary>What a check without keys found.</summary>
/// <param name="Lists">How many lists of hashes there are.</param>
/// <param name="ObjectsChecked">How many objects were read.</param>
/// <param name="BytesRead">How many bytes that took.</param>
/// <param name="Damaged">The objects that are missing or aren't what was written.</param>
public sealed record HashReport(int Lists, long ObjectsChecked, long BytesRead, IReadOnlyList<string> Damaged);
