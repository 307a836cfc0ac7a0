using System.Globalization;
using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    /// <summary>Lists the secrets, without their values: this room binds no function that reads one (INV-6).</summary>
    public IReadOnlyList<SecretInfo> ListSecrets()
    {
        var handles = NativeCall.TakeList(
            (out nint* items) => NativeLibvirt.virConnectListAllSecrets(_handle, out items, 0),
            item => new SecretHandle(item),
            nameof(NativeLibvirt.virConnectListAllSecrets));
        try
        {
            return [.. handles.Select(Describe)];
        }
        finally
        {
            handles.ForEach(h => h.Dispose());
        }
    }

    /// <summary>Looks a secret up by its UUID; null when there is none.</summary>
    /// <param name="uuid">The UUID.</param>
    public SecretInfo? FindSecret(Guid uuid) =>
        NativeCall.NullWhenNotFound(() =>
        {
            using var handle = NativeCall.Check(
                NativeLibvirt.virSecretLookupByUUIDString(_handle, uuid.ToString("D", CultureInfo.InvariantCulture)),
                nameof(NativeLibvirt.virSecretLookupByUUIDString));
            return Describe(handle);
        });

    /// <summary>Looks a secret up by what it serves; null when there is none.</summary>
    /// <param name="type">What it serves.</param>
    /// <param name="usageId">For what it is used.</param>
    public SecretInfo? FindSecret(SecretUsageType type, string usageId) =>
        NativeCall.NullWhenNotFound(() =>
        {
            using var handle = NativeCall.Check(
                NativeLibvirt.virSecretLookupByUsage(_handle, (int)type, usageId),
                nameof(NativeLibvirt.virSecretLookupByUsage));
            return Describe(handle);
        });

    private static SecretInfo Describe(SecretHandle secret) => new(
        NativeCall.TakeUuid(uuid => NativeLibvirt.virSecretGetUUID(secret, uuid), nameof(NativeLibvirt.virSecretGetUUID)),
        (SecretUsageType)NativeCall.Check(NativeLibvirt.virSecretGetUsageType(secret), nameof(NativeLibvirt.virSecretGetUsageType)),
        NativeCall.BorrowString(NativeLibvirt.virSecretGetUsageID(secret), nameof(NativeLibvirt.virSecretGetUsageID)));
}
