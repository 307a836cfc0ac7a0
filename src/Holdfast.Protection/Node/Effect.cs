namespace Holdfast.Protection.Node;

/// <summary>
/// Every external effect of a backup or restore run, in the order in which a run has them; later finds stand at the end. The crash tests are generated
/// from this list: a run is killed before and after each one, and a member that no run reaches fails the test.
/// </summary>
public enum Effect
{
    /// <summary>A record of the run is written to the state folder, so that the next start can clean up after a crash.</summary>
    WriteRunRecord,
    /// <summary>The vault session is opened.</summary>
    OpenSession,
    /// <summary>Checkpoints and bitmaps of ours without a usable point are dropped.</summary>
    DropStaleCheckpoints,
    /// <summary>The folder for socket and scratch files is made.</summary>
    CreateScratch,
    /// <summary>The pre-script runs in the guest.</summary>
    PreScript,
    /// <summary>The guard process is started and acknowledged.</summary>
    ArmGuard,
    /// <summary>The intent to freeze is written to the state folder.</summary>
    WriteFreezeIntent,
    /// <summary>The guest's file systems are frozen.</summary>
    Freeze,
    /// <summary>libvirt begins the backup job and makes the new checkpoint.</summary>
    BackupBegin,
    /// <summary>The guest's file systems are thawed.</summary>
    Thaw,
    /// <summary>The intent to freeze is removed.</summary>
    ClearFreezeIntent,
    /// <summary>The post-script runs in the guest.</summary>
    PostScript,
    /// <summary>An offline image's storage daemon is started (its locks are taken).</summary>
    OpenImage,
    /// <summary>Disk data goes to the vault.</summary>
    Transfer,
    /// <summary>The VM's configuration goes to the vault.</summary>
    StoreConfiguration,
    /// <summary>The recovery point is published: the one commit.</summary>
    CommitPoint,
    /// <summary>The libvirt job (or the storage daemon) is ended.</summary>
    EndJob,
    /// <summary>The checkpoint that the new one replaces is dropped.</summary>
    DropOldCheckpoint,
    /// <summary>Socket and scratch files are removed.</summary>
    RemoveScratch,
    /// <summary>The record of the run is removed.</summary>
    RemoveRunRecord,

    /// <summary>Restore: the journal of an in-place restore is written.</summary>
    WriteRestoreJournal,
    /// <summary>Restore: a new image is created, empty.</summary>
    CreateImage,
    /// <summary>Restore: data goes to the new image.</summary>
    WriteImage,
    /// <summary>Restore: the journal says that all new images are whole; from here on the restore is finished, not undone.</summary>
    SealRestoreJournal,
    /// <summary>Restore in place: an old image is moved aside.</summary>
    MoveOldImage,
    /// <summary>Restore in place: a new image takes the old one's name.</summary>
    PlaceNewImage,
    /// <summary>Restore: the domain is defined.</summary>
    DefineDomain,
    /// <summary>Restore in place: what libvirt remembers of the old images' checkpoints is dropped, and the next backup told why it is full.</summary>
    ForgetCheckpoints,
    /// <summary>Restore in place: an old image is deleted.</summary>
    DeleteOldImage,
    /// <summary>Restore: the journal is removed.</summary>
    RemoveRestoreJournal,
    /// <summary>Restore: the domain is started.</summary>
    StartDomain,

    /// <summary>The guard is sent home, after the thaw and before the intent is removed.</summary>
    DisarmGuard,

    /// <summary>Restore: secrets of an encrypted VM are defined that the host doesn't have.</summary>
    DefineSecrets,

    /// <summary>Restore: the state of the VM's TPM is written, beside where it will lie.</summary>
    WriteTpmState,
}
