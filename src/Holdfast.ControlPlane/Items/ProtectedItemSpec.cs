using Holdfast.ControlPlane.Resources;

namespace Holdfast.ControlPlane.Items;

/// <summary>What a request to put a protected item says.</summary>
public sealed record ProtectedItemSpec
{
    /// <summary>The VM; needed to enable protection.</summary>
    public ArmId? SourceResourceId { get; init; }

    /// <summary>The policy; null where protection is stopped or a delete is taken back.</summary>
    public ArmId? PolicyId { get; init; }

    /// <summary>ProtectionStopped or BackupsSuspended to end backups; null else.</summary>
    public ProtectionState? State { get; init; }

    /// <summary>Take a soft delete back.</summary>
    public bool IsRehydrate { get; init; }

    /// <summary>Disks to leave out; null leaves the setting as it is, a list of none takes it away.</summary>
    public DiskExclusion? DiskExclusion { get; init; }

    /// <summary>Who asks.</summary>
    public string? RequestedBy { get; init; }
}
