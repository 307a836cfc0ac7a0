using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Backup;

/// <summary>What a backup run finds out about a domain before it touches anything.</summary>
/// <param name="Name">The domain's name.</param>
/// <param name="State">Its state.</param>
/// <param name="Xml">Its live (or, when off, inactive) XML.</param>
/// <param name="Disks">Its disks.</param>
internal sealed record VmInspection(string Name, DomainStateInfo State, DomainXml Xml, IReadOnlyList<DiskFacts> Disks)
{
    /// <summary>Whether a guest runs.</summary>
    public bool IsOnline => State.IsActive;

    /// <summary>Looks at a domain, and refuses what can't be backed up.</summary>
    /// <exception cref="FaultException">Its state, devices or other jobs don't allow a backup.</exception>
    public static async Task<VmInspection> InspectAsync(LibvirtConnection host, Domain domain, CancellationToken ct)
    {
        var state = domain.GetState();
        RefuseState(domain.Name, state);
        var xml = domain.ReadXml(state.IsActive ? DomainXmlOptions.None : DomainXmlOptions.Inactive);
        RefuseSecrets(domain.Name, xml);
        var disks = new List<DiskFacts>();
        foreach (var disk in xml.Disks)
            disks.Add(await FactsAsync(host, domain, state, disk, ct).ConfigureAwait(false));
        if (state.IsActive)
            RefuseJobs(domain, xml);
        return new VmInspection(domain.Name, state, xml, disks);
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

    private static void RefuseSecrets(string vm, DomainXml xml)
    {
        // Disks are refused one by one by the planner; here is what lies outside of them.
        if (xml.Tpms.Any(t => t.Backing == "emulator"))
            throw new FaultException(BackupFaults.VmSecretsUnsupported(vm, "TPM"));
        var elsewhere = xml.Secrets.FirstOrDefault(s => !s.Location.Contains("/disk", StringComparison.Ordinal));
        if (elsewhere is not null)
            throw new FaultException(BackupFaults.VmSecretsUnsupported(vm, elsewhere.Location));
    }

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

    private static async Task<DiskFacts> FactsAsync(
        LibvirtConnection host, Domain domain, DomainStateInfo state, DomainDisk disk, CancellationToken ct)
    {
        var path = host.ResolvePath(disk.Source);
        var facts = new DiskFacts
        {
            Target = disk.Target,
            Device = disk.Device switch { DiskDevice.CdRom => "cdrom", DiskDevice.Floppy => "floppy", DiskDevice.Lun => "lun", _ => "disk" },
            SourceType = disk.Source.Kind.ToString().ToLowerInvariant(),
            SourcePath = path,
            Format = disk.Format,
            IsReadOnly = disk.IsReadOnly,
            IsShareable = disk.IsShareable,
            IsTransient = disk.IsTransient,
            IsEncrypted = disk.IsEncrypted || disk.Source.Encryption is not null,
        };
        if (facts is not { Device: "disk", SourcePath: not null, IsReadOnly: false, IsTransient: false, SourceType: "file" or "block" or "volume" })
            return facts;

        // What is asked here of a running VM's image (version, data file, chain) doesn't change while it runs.
        var chain = await ImageInfo.ReadChainAsync(path!, disk.Format, isShared: state.IsActive, ct).ConfigureAwait(false);
        if (chain.Any(i => i.IsEncrypted))
            facts = facts with { IsEncrypted = true };
        string[] paths = state.IsActive && disk.IsBackingChainComplete
            ? [path!, .. disk.BackingChain.Select(s => s.Path).OfType<string>()] : [.. chain.Select(i => i.Path)];
        return facts with
        {
            SizeBytes = state.IsActive ? domain.GetBlockInfo(disk.Target).CapacityBytes : chain[0].SizeBytes,
            TrackingObstacle = chain[0].TrackingObstacle ?? (disk.IsShareable ? "other VMs may write to it" : null),
            Bitmaps = [.. chain[0].Bitmaps.Select(b => b.Name)],
            Chain = [.. paths.Select(ImageIdentity.Of)],
        };
    }
}
