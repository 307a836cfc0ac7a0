using Holdfast.Faults;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Secrets;

/// <summary>Reads the secrets that a VM's definition names: before anything is begun, since a point without them is of no use.</summary>
internal static class VmSecrets
{
    private static readonly SecretUsageType[] UsageTypes =
        [SecretUsageType.Volume, SecretUsageType.Ceph, SecretUsageType.Iscsi, SecretUsageType.Tls, SecretUsageType.VTpm];

    /// <summary>Reads them all.</summary>
    /// <exception cref="FaultException">One isn't there, has no value, is private, or may not be read.</exception>
    public static SavedSecrets Read(LibvirtConnection host, string vm, DomainXml xml)
    {
        var found = new List<SavedSecret>();
        try
        {
            foreach (var reference in xml.Secrets.Where(r => !found.Any(s => s.IsMeantBy(r))))
                found.Add(Read(host, reference, vm));
            return new SavedSecrets(found);
        }
        catch
        {
            new SavedSecrets(found).Dispose();
            throw;
        }
    }

    /// <summary>The secrets that can't be read, each with the reason; nothing is kept.</summary>
    public static IReadOnlyList<(string Secret, string Reason)> FindUnreadable(LibvirtConnection host, DomainXml xml)
    {
        var unreadable = new List<(string, string)>();
        foreach (var reference in xml.Secrets.DistinctBy(NameOf))
        {
            try
            {
                if (Read(host, reference) is { } secret)
                    new SavedSecrets([secret]).Dispose();
                else
                    unreadable.Add((NameOf(reference), "libvirt has no such secret"));
            }
            catch (LibvirtException e) when (!e.IsConnectionLost)
            {
                unreadable.Add((NameOf(reference), e.Message));
            }
        }

        return unreadable;
    }

    /// <summary>The host's secret that a reference means, or null.</summary>
    public static SecretInfo? Find(LibvirtConnection host, SecretReference reference) => reference switch
    {
        { Uuid: { } uuid } => host.FindSecret(uuid),
        { UsageId: { } usage } => UsageTypes.Select(type => host.FindSecret(type, usage)).FirstOrDefault(s => s is not null),
        _ => null,
    };

    private static SavedSecret Read(LibvirtConnection host, SecretReference reference, string vm)
    {
        try
        {
            return Read(host, reference) ?? throw new FaultException(BackupFaults.SecretUnreadable(vm, NameOf(reference), "libvirt has no such secret"));
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            throw new FaultException(BackupFaults.SecretUnreadable(vm, NameOf(reference), e.Message), e);
        }
    }

    private static SavedSecret? Read(LibvirtConnection host, SecretReference reference) => Find(host, reference) is not { } info ? null : new SavedSecret
    {
        Uuid = info.Uuid,
        UsageType = info.UsageType,
        UsageId = info.UsageId,
        Xml = host.GetSecretXml(info.Uuid),
        Value = host.ReadSecretValue(info.Uuid),
    };

    private static string NameOf(SecretReference reference) => reference.Uuid?.ToString("D") ?? reference.UsageId ?? reference.Location;
}
