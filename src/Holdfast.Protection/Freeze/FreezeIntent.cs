namespace Holdfast.Protection.Freeze;

/// <summary>A durable note that a guest is about to be frozen, so that it is thawed even after a power cut.</summary>
/// <param name="DomainId">The domain's UUID.</param>
/// <param name="LibvirtUri">The hypervisor.</param>
/// <param name="Owner">The node's process.</param>
/// <param name="Guard">The guard's process.</param>
/// <param name="WrittenUtc">When it was written.</param>
public sealed record FreezeIntent(Guid DomainId, string LibvirtUri, ProcessIdentity Owner, ProcessIdentity Guard, DateTimeOffset WrittenUtc);
