using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    private const int SecretBytesMax = 64 * 1024;

    /// <summary>Lists the secrets, without their values (INV-6).</summary>
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
    public SecretInfo? FindSecret(Guid uuid)
    {
        using var handle = NativeCall.CheckFound(LookUpUnchecked(uuid), nameof(NativeLibvirt.virSecretLookupByUUIDString));
        return handle is null ? null : Describe(handle);
    }

    /// <summary>Looks a secret up by what it serves; null when there is none.</summary>
    /// <param name="type">What it serves.</param>
    /// <param name="usageId">For what it is used.</param>
    public SecretInfo? FindSecret(SecretUsageType type, string usageId)
    {
        using var handle = NativeCall.CheckFound(NativeLibvirt.virSecretLookupByUsage(_handle, (int)type, usageId), nameof(NativeLibvirt.virSecretLookupByUsage));
        return handle is null ? null : Describe(handle);
    }

    /// <summary>Reads a secret's value. INV-6: whoever asks clears what is returned once it has been used, and shows it to nobody.</summary>
    /// <param name="uuid">The secret.</param>
    /// <exception cref="LibvirtException">There is no such secret, it has no value, it is private, or reading it isn't allowed.</exception>
    public byte[] ReadSecretValue(Guid uuid)
    {
        using var secret = LookUp(uuid);
        var value = NativeLibvirt.virSecretGetValue(secret, out var size, 0);
        if (value is null)
        {
            throw NativeCall.LastError(nameof(NativeLibvirt.virSecretGetValue));
        }

        try
        {
            return size <= SecretBytesMax
                ? new ReadOnlySpan<byte>(value, (int)size).ToArray()
                : throw NativeCall.Malformed(nameof(NativeLibvirt.virSecretGetValue), $"a secret of {size} bytes");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(new Span<byte>(value, (int)Math.Min(size, SecretBytesMax)));
            NativeMemory.Free(value);
        }
    }

    /// <summary>The definition of a secret, without its value.</summary>
    /// <param name="uuid">The secret.</param>
    public string GetSecretXml(Guid uuid)
    {
        using var secret = LookUp(uuid);
        return NativeCall.TakeString(NativeLibvirt.virSecretGetXMLDesc(secret, 0), nameof(NativeLibvirt.virSecretGetXMLDesc));
    }

    /// <summary>Defines a secret and sets its value; a secret of the same UUID is replaced. One that is left without its value is undefined again.</summary>
    /// <param name="xml">Its definition.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="LibvirtException">libvirt refuses, for instance since another secret has the same usage.</exception>
    public void DefineSecret(string xml, ReadOnlySpan<byte> value)
    {
        using var secret = NativeCall.Check(NativeLibvirt.virSecretDefineXML(_handle, xml, 0), nameof(NativeLibvirt.virSecretDefineXML));
        fixed (byte* bytes = value)
        {
            if (NativeLibvirt.virSecretSetValue(secret, bytes, (nuint)value.Length, 0) >= 0)
            {
                return;
            }
        }

        var error = NativeCall.LastError(nameof(NativeLibvirt.virSecretSetValue));
        _ = NativeLibvirt.virSecretUndefine(secret);
        throw error;
    }

    /// <summary>Undefines a secret.</summary>
    /// <param name="uuid">The secret.</param>
    /// <returns>False: there was none.</returns>
    public bool UndefineSecret(Guid uuid)
    {
        try
        {
            using var secret = LookUp(uuid);
            NativeCall.Check(NativeLibvirt.virSecretUndefine(secret), nameof(NativeLibvirt.virSecretUndefine));
            return true;
        }
        catch (LibvirtException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    private SecretHandle LookUp(Guid uuid) => NativeCall.Check(LookUpUnchecked(uuid), nameof(NativeLibvirt.virSecretLookupByUUIDString));

    private SecretHandle LookUpUnchecked(Guid uuid) => NativeLibvirt.virSecretLookupByUUIDString(_handle, uuid.ToString("D", CultureInfo.InvariantCulture));

    private static SecretInfo Describe(SecretHandle secret) => new(
        NativeCall.TakeUuid(uuid => NativeLibvirt.virSecretGetUUID(secret, uuid), nameof(NativeLibvirt.virSecretGetUUID)),
        (SecretUsageType)NativeCall.Check(NativeLibvirt.virSecretGetUsageType(secret), nameof(NativeLibvirt.virSecretGetUsageType)),
        NativeCall.BorrowString(NativeLibvirt.virSecretGetUsageID(secret), nameof(NativeLibvirt.virSecretGetUsageID)));
}
