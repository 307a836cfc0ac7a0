namespace Holdfast.Libvirt;

/// <summary>A secret that libvirt keeps; never its value (INV-6).</summary>
/// <param name="Uuid">The UUID.</param>
/// <param name="UsageType">What it serves.</param>
/// <param name="UsageId">For what it is used: a volume's path, a name.</param>
public sealed record SecretInfo(Guid Uuid, SecretUsageType UsageType, string UsageId);
