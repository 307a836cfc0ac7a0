namespace Holdfast.Protection.Freeze;

/// <summary>The guest whose file systems are to be frozen.</summary>
/// <param name="LibvirtUri">The hypervisor, as the guard shall reach it by its own connection.</param>
/// <param name="DomainId">The domain's UUID.</param>
public sealed record FreezeRequest(string LibvirtUri, Guid DomainId)
{
    /// <summary>The mount points to freeze; null for all.</summary>
    public IReadOnlyList<string>? MountPoints { get; init; }
}
