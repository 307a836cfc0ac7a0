namespace Holdfast.Libvirt;

/// <summary>A disk that is in an error state.</summary>
/// <param name="Target">The disk's target, such as <c>vda</c>.</param>
/// <param name="IsNoSpace">The host ran out of space; otherwise the error isn't specified.</param>
public readonly record struct DomainDiskError(string Target, bool IsNoSpace);
