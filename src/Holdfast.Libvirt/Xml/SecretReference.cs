namespace Holdfast.Libvirt;

/// <summary>A secret that a domain refers to, by UUID or by usage.</summary>
/// <param name="Uuid">Its UUID; null when named by usage.</param>
/// <param name="UsageId">Its usage; null when named by UUID.</param>
/// <param name="Location">Where in the XML: element names from <c>domain</c> down, by slashes.</param>
public sealed record SecretReference(Guid? Uuid, string? UsageId, string Location);
