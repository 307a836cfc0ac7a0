namespace Holdfast.ControlPlane.Jobs;

/// <summary>What a job does, in Azure's words.</summary>
public enum JobOperation
{
    /// <summary>Protects a VM, or changes its policy.</summary>
    ConfigureBackup,
    /// <summary>Makes a recovery point.</summary>
    Backup,
    /// <summary>Restores one.</summary>
    Restore,
    /// <summary>Stops or suspends protection; data is retained.</summary>
    DisableBackup,
    /// <summary>Deletes an item with its data, or soft-deletes it.</summary>
    DeleteBackupData,
    /// <summary>Takes a soft delete back.</summary>
    Undelete,
}
