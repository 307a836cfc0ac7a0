namespace Holdfast.Api.Native;

/// <summary>What a storage pool's resource says besides.</summary>
/// <param name="Path">Its folder, or null where it has none.</param>
public sealed record NativePool(string? Path);
