using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Tpm;

namespace Holdfast.Protection.Health.Checks;

/// <summary>The VM's disks can be backed up, and their changes tracked.</summary>
internal sealed class DisksCheck() : HealthCheck<VmSubject>(HealthArea.Disks, "images")
{
    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        var disks = (await subject.Probe.GetDisksAsync().ConfigureAwait(false)).Where(d => d.Facts is { Device: "disk" or "lun" }).ToList();
        if (disks.Count == 0)
            return [HealthFinding.Failed("none", BackupFaults.NothingToBackUp(subject.Name))];
        return [.. disks.Select(d => Of(subject.Name, d))];
    }

    private static HealthFinding Of(string vm, Probes.DiskLook disk)
    {
        var found = $"{disk.Facts.Target} {disk.Facts.Format}";
        return (disk.Trouble ?? BackupPlanner.ObstacleOf(vm, disk.Facts)) is { } fault
            ? HealthFinding.Of(found, fault) : HealthFinding.Passed(found);
    }
}

/// <summary>Secrets that the VM needs are there and can be read, as each backup must.</summary>
internal sealed class SecretsCheck() : HealthCheck<VmSubject>(HealthArea.Disks, "secrets")
{
    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        if ((await subject.Probe.GetXmlAsync().ConfigureAwait(false)).Secrets.Count == 0)
            return [];
        var unreadable = await subject.Probe.GetUnreadableSecretsAsync().ConfigureAwait(false);
        return unreadable.Count == 0 ? [HealthFinding.Passed("all readable")]
            : [.. unreadable.Select(s => HealthFinding.Of(s.Secret, BackupFaults.SecretUnreadable(subject.Name, s.Secret, s.Reason)))];
    }
}

/// <summary>What a TPM holds for the guest can be kept, as each backup must; that of one that isn't the VM's own can't.</summary>
internal sealed class TpmCheck() : HealthCheck<VmSubject>(HealthArea.Disks, "tpm")
{
    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        var xml = await subject.Probe.GetXmlAsync().ConfigureAwait(false);
        if (xml.Tpms.Count == 0)
            return [];
        if (VmTpm.NotKept(xml) is { Count: > 0 } others)
            return [HealthFinding.Of(string.Join(", ", others), BackupFaults.TpmNotInPoint(subject.Name, others))];
        return await subject.Probe.GetTpmTroubleAsync().ConfigureAwait(false) is { } trouble
            ? [HealthFinding.Of("emulated", trouble)] : [HealthFinding.Passed("emulated")];
    }
}
