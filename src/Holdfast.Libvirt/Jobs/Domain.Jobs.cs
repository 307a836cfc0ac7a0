using System.Diagnostics.CodeAnalysis;
using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

public sealed unsafe partial class Domain
{
    /// <summary>Begins a backup job, and with it, in the same instant, a checkpoint.</summary>
    /// <remarks>
    /// When it throws, the job may run all the same: libvirt writes the checkpoint's metadata last, and doesn't end the job where that fails.
    /// Whoever begins one looks for it then, tries to abort it (libvirt 9.0 may not find it), and keeps its files while it is shown. It blocks up to 30 s when another job holds the domain, and then
    /// fails with OperationTimeout; ask <see cref="GetJobStatistics"/> first. A missing or broken bitmap gives CheckpointInconsistent,
    /// see <see cref="CheckpointInconsistency"/>.
    /// </remarks>
    /// <param name="backupXml">A <c>domainbackup</c> document.</param>
    /// <param name="checkpointXml">A <c>domaincheckpoint</c> document, or null for no checkpoint.</param>
    /// <param name="flags">How.</param>
    public void BackupBegin(string backupXml, string? checkpointXml, BackupBeginOptions flags = BackupBeginOptions.None) =>
        NativeCall.Check(NativeLibvirt.virDomainBackupBegin(_handle, backupXml, checkpointXml, (uint)flags), nameof(NativeLibvirt.virDomainBackupBegin));

    /// <summary>Begins a backup job; see <see cref="BackupBegin(string, string?, BackupBeginOptions)"/>.</summary>
    /// <param name="backup">What to export.</param>
    /// <param name="checkpoint">The checkpoint to create in the same instant, or null.</param>
    /// <param name="flags">How.</param>
    public void BackupBegin(BackupXml backup, CheckpointXml? checkpoint, BackupBeginOptions flags = BackupBeginOptions.None)
    {
        ArgumentNullException.ThrowIfNull(backup);
        BackupBegin(backup.ToXml(), checkpoint?.ToXml(), flags);
    }

    /// <summary>Begins a backup job on a thread of its own.</summary>
    /// <param name="backup">What to export.</param>
    /// <param name="checkpoint">The checkpoint to create in the same instant, or null.</param>
    /// <param name="flags">How.</param>
    /// <param name="ct">Stops waiting: the job may still begin. Whoever cancels must look for it and abort it (INV-4).</param>
    public Task BackupBeginAsync(BackupXml backup, CheckpointXml? checkpoint, BackupBeginOptions flags, CancellationToken ct) =>
        DedicatedThread.RunAsync(() => BackupBegin(backup, checkpoint, flags), ct);

    /// <summary>The running backup job's XML; throws NoDomainBackup when there is none.</summary>
    public string GetBackupXml() =>
        NativeCall.TakeString(NativeLibvirt.virDomainBackupGetXMLDesc(_handle, 0), nameof(NativeLibvirt.virDomainBackupGetXMLDesc));

    /// <summary>The running backup job, read; false when there is none.</summary>
    /// <param name="backup">The job.</param>
    public bool TryGetBackup([NotNullWhen(true)] out BackupXml? backup)
    {
        try
        {
            backup = BackupXml.Parse(GetBackupXml());
            return true;
        }
        catch (LibvirtException e) when (e.Code is LibvirtErrorCode.NoDomainBackup or LibvirtErrorCode.OperationInvalid)
        {
            backup = null;
            return false;
        }
    }

    /// <summary>Aborts the domain's job: the normal end of a pull backup. OperationInvalid when no job runs.</summary>
    public void AbortJob() => NativeCall.Check(NativeLibvirt.virDomainAbortJob(_handle), nameof(NativeLibvirt.virDomainAbortJob));

    /// <summary>Aborts the domain's job, on a thread of its own.</summary>
    /// <param name="ct">Stops waiting.</param>
    public Task AbortJobAsync(CancellationToken ct) => DedicatedThread.RunAsync(AbortJob, ct);

    /// <summary>The kind of job that runs now; None when there is none. OperationInvalid when the domain isn't running.</summary>
    public DomainJobType GetJobType()
    {
        NativeCall.Check(NativeLibvirt.virDomainGetJobInfo(_handle, out var info), nameof(NativeLibvirt.virDomainGetJobInfo));
        return (DomainJobType)info.Type;
    }

    /// <summary>Statistics of the running or of the last completed job.</summary>
    /// <param name="flags">Which.</param>
    public DomainJobStatistics GetJobStatistics(JobStatisticsOptions flags = JobStatisticsOptions.None)
    {
        NativeCall.Check(
            NativeLibvirt.virDomainGetJobStats(_handle, out var type, out var parameters, out var count, (uint)flags),
            nameof(NativeLibvirt.virDomainGetJobStats));
        try
        {
            return new DomainJobStatistics((DomainJobType)type, TypedParameters.Read(parameters, count));
        }
        finally
        {
            NativeLibvirt.virTypedParamsFree(parameters, count);
        }
    }

    /// <summary>The block job on a disk (blockcommit, blockcopy, blockpull...); null when there is none.</summary>
    /// <param name="disk">The target, such as <c>vda</c>.</param>
    public BlockJobInfo? GetBlockJobInfo(string disk)
    {
        var found = NativeCall.CheckBool(
            NativeLibvirt.virDomainGetBlockJobInfo(_handle, disk, out var info, 0),
            nameof(NativeLibvirt.virDomainGetBlockJobInfo));
        return found ? new BlockJobInfo((BlockJobType)info.Type, checked((long)info.Current), checked((long)info.End)) : null;
    }
}
