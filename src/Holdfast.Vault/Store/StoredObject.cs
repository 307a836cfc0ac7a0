namespace Holdfast.Vault;

/// <summary>An object as a listing shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="SizeBytes">Its length.</param>
public readonly record struct StoredObject(ObjectName Name, long SizeBytes);
