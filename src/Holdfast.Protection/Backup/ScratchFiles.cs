using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Secrets;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Backup;

/// <summary>
/// The scratch files of a run. They are made before the job begins, and libvirt is told to use what is there. Left to libvirt, they are made by QEMU
/// while the guest is frozen (encrypted ones take it seconds), and QEMU 7.2 dies of an assertion, and the VM with it, if in that moment anything asks
/// it for its block nodes, as a look at the size of one of the VM's disks does.
/// </summary>
/// <param name="secret">The secret that those of encrypted disks are encrypted with; null where no disk is.</param>
internal sealed class ScratchFiles(Guid? secret)
{
    /// <summary>Makes the files, and gives them and their folder to QEMU's user.</summary>
    public static async Task<ScratchFiles> PrepareAsync(EngineContext context, QemuRunFolder folder, BackupPlan plan, CancellationToken ct)
    {
        (Guid Uuid, ImageEncryption Encryption)? secret =
            NeedSecret(plan) ? ScratchSecret.Define(context.RequiredHost, Path.GetFileName(folder.FolderPath)) : null;
        foreach (var disk in plan.Disks)
        {
            var path = folder.ScratchPath(disk.Facts.Target);
            await QemuImg.CreateQcow2Async(path, disk.Facts.SizeBytes, disk.Facts.IsEncrypted ? secret?.Encryption : null, ct).ConfigureAwait(false);
            folder.HandOver(path);
        }

        folder.HandOver();
        return new ScratchFiles(secret?.Uuid);
    }

    /// <summary>Whether a run of this plan has a secret for its scratch files.</summary>
    public static bool NeedSecret(BackupPlan plan) => plan.Disks.Any(d => d.Facts.IsEncrypted);

    /// <summary>The secret of a disk's scratch file; null for a plain one.</summary>
    public Guid? SecretOf(DiskPlan disk) => disk.Facts.IsEncrypted ? secret : null;
}
