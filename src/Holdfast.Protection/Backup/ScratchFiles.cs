using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Secrets;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Backup;

/// <summary>
/// The scratch files of a run. libvirt makes plain ones by itself, in no time. Encrypted ones take QEMU seconds to make, and the guest would be
/// frozen all the while: so where a disk is encrypted they are made beforehand, and libvirt is told to use what is there.
/// </summary>
/// <param name="secret">The secret that those of encrypted disks are encrypted with; null where no disk is.</param>
internal sealed class ScratchFiles(Guid? secret)
{
    /// <summary>Whether libvirt is to use the files that are there.</summary>
    public BackupBeginOptions BeginOptions => secret is null ? BackupBeginOptions.None : BackupBeginOptions.ReuseExternal;

    /// <summary>Makes the files, where libvirt doesn't, and gives the folder to QEMU's user.</summary>
    public static async Task<ScratchFiles> PrepareAsync(EngineContext context, QemuRunFolder folder, BackupPlan plan, CancellationToken ct)
    {
        if (!NeedSecret(plan))
        {
            folder.HandOver();
            return new ScratchFiles(null);
        }

        var (uuid, encryption) = ScratchSecret.Define(context.RequiredHost, Path.GetFileName(folder.FolderPath));
        foreach (var disk in plan.Disks)
        {
            var path = folder.ScratchPath(disk.Facts.Target);
            await QemuImg.CreateQcow2Async(path, disk.Facts.SizeBytes, disk.Facts.IsEncrypted ? encryption : null, ct).ConfigureAwait(false);
            folder.HandOver(path);
        }

        folder.HandOver();
        return new ScratchFiles(uuid);
    }

    /// <summary>Whether a run of this plan has a secret for its scratch files.</summary>
    public static bool NeedSecret(BackupPlan plan) => plan.Disks.Any(d => d.Facts.IsEncrypted);

    /// <summary>The secret of a disk's scratch file; null for a plain one.</summary>
    public Guid? SecretOf(DiskPlan disk) => disk.Facts.IsEncrypted ? secret : null;
}
