namespace Holdfast.ControlPlane.Items;

/// <summary>The state of a protected item, in Azure's words.</summary>
public enum ProtectionState
{
    /// <summary>Protected, and waiting for its first recovery point.</summary>
    IRPending,
    /// <summary>Protected.</summary>
    Protected,
    /// <summary>Protected, but the last backup failed.</summary>
    ProtectionError,
    /// <summary>No more backups; the data is retained (for ever, or until a soft-deleted item is purged).</summary>
    ProtectionStopped,
    /// <summary>No more backups; the data expires as the policy says.</summary>
    BackupsSuspended,
}
