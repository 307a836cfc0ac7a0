using System.Xml.Linq;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Secrets;
using Holdfast.Protection.Sources;
using Holdfast.Protection.Tpm;

namespace Holdfast.Protection.Backup;

/// <summary>What a backup run finds out about a domain before it touches anything.</summary>
/// <param name="Name">The domain's name.</param>
/// <param name="State">Its state.</param>
/// <param name="Xml">Its live (or, when off, inactive) XML.</param>
/// <param name="Disks">Its disks.</param>
/// <param name="Secrets">The secrets that its definition names.</param>
/// <param name="Tpm">Its emulated TPM, or null.</param>
internal sealed record VmInspection(
    string Name, DomainStateInfo State, DomainXml Xml, IReadOnlyList<DiskFacts> Disks, SavedSecrets Secrets, VmTpm? Tpm) : IDisposable
{
    /// <summary>Whether a guest runs.</summary>
    public bool IsOnline => State.IsActive;

    /// <summary>The passphrase of a disk; null where it isn't encrypted.</summary>
    public ImageEncryption? EncryptionOf(DiskFacts disk) =>
        disk.EncryptionSecret is { } reference && Secrets.Find(reference) is { } secret ? new ImageEncryption(secret.Value) : null;

    /// <summary>Clears the secrets, and what was captured of the TPM.</summary>
    public void Dispose()
    {
        Secrets.Dispose();
        Tpm?.Dispose();
    }

    /// <summary>Looks at a domain, and refuses what can't be backed up.</summary>
    /// <exception cref="FaultException">Its state, devices or other jobs don't allow a backup.</exception>
    public static async Task<VmInspection> InspectAsync(
        LibvirtConnection host, Domain domain, IReadOnlyCollection<string> excludedDisks, CancellationToken ct)
    {
        var state = domain.GetState();
        RefuseState(domain.Name, state);
        var xml = domain.ReadXml(state.IsActive ? DomainXmlOptions.None : DomainXmlOptions.Inactive);
        var tpm = VmTpm.Find(host.Uri, domain.Uuid, xml, state.IsActive);
        var disks = new List<DiskFacts>();
        foreach (var disk in xml.Disks)
        {
            // What is asked here of a running VM's image (version, data file, chain) doesn't change while it runs.
            var facts = DiskInspection.OfDomain(host, disk);
            facts = await DiskInspection.WithImageAsync(facts, domain, disk, isShared: state.IsActive, ct).ConfigureAwait(false);
            // A raw image's length isn't what the VM sees where it was made longer (lvextend) and QEMU hasn't been told (virsh blockresize).
            if (state.IsActive && facts is { Format: "raw", SizeBytes: > 0 })
                facts = facts with { SizeBytes = domain.GetBlockInfo(disk.Target).CapacityBytes };
            disks.Add(facts);
        }

        if (state.IsActive)
            RefuseJobs(domain, xml);
        return new VmInspection(domain.Name, state, xml, disks, VmSecrets.Read(host, domain.Name, Without(xml, excludedDisks)), tpm);
    }

    // What isn't in the point needs no secret.
    private static DomainXml Without(DomainXml xml, IReadOnlyCollection<string> disks)
    {
        var root = new XElement(xml.Root);
        root.Elements("devices").Elements("disk").Where(d => disks.Contains((string?)d.Element("target")?.Attribute("dev"))).Remove();
        return DomainXml.Read(root);
    }

    private static void RefuseState(string vm, DomainStateInfo state)
    {
        switch (state)
        {
            case { State: DomainState.Running or DomainState.Blocked or DomainState.ShutOff }:
            case { PausedReason: DomainPausedReason.User }:
                return;
            case { State: DomainState.Crashed }:
            case { PausedReason: DomainPausedReason.IoError or DomainPausedReason.Crashed }:
                throw new FaultException(BackupFaults.VmInFailedState(vm, Words(state)));
            default:
                throw new FaultException(BackupFaults.VmStateUnsuitable(vm, Words(state)));
        }
    }

    private static string Words(DomainStateInfo state) => Inventory.VmStateText.Of(state);

    private static void RefuseJobs(Domain domain, DomainXml xml)
    {
        if (domain.TryGetBackup(out _))
            throw new FaultException(BackupFaults.ForeignBackupJob(domain.Name));
        foreach (var disk in xml.Disks.Where(d => d.MirrorJob is not null))
            throw new FaultException(BackupFaults.BlockJobActive(domain.Name, disk.Target, disk.MirrorJob!));
        foreach (var disk in xml.Disks.Where(d => d.Source.Path is not null && d.Device is DiskDevice.Disk))
        {
            if (domain.GetBlockJobInfo(disk.Target) is { } job)
                throw new FaultException(BackupFaults.BlockJobActive(domain.Name, disk.Target, job.Type.ToString()));
        }

        if (domain.GetJobType() is DomainJobType.Bounded or DomainJobType.Unbounded)
            throw new FaultException(BackupFaults.DomainJobActive(domain.Name, domain.GetJobStatistics().Operation.ToString()));
    }
}
