namespace Holdfast.Protection.Health;

/// <summary>What a check looked at.</summary>
/// <param name="Kind">vm, host, node, vault, endpoint or policy.</param>
/// <param name="Name">Its name.</param>
/// <param name="Id">A VM's UUID, or a policy's own; null for others.</param>
/// <param name="Host">The host of a VM; null for others.</param>
public sealed record HealthSubject(string Kind, string Name, Guid? Id = null, string? Host = null);
