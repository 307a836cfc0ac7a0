namespace Holdfast.Vault;

/// <summary>How a store keeps an object.</summary>
/// <param name="Until">Until when it can't be deleted.</param>
/// <param name="IsFinal">
/// Whether nobody can make that earlier (S3's COMPLIANCE, Azure's locked policy). Otherwise whoever has a right of its own can (S3's GOVERNANCE, Azure's unlocked
/// policy): that holds against mistakes, not against an owner of the store.
/// </param>
public readonly record struct ObjectRetention(DateTimeOffset Until, bool IsFinal);
