namespace Holdfast.ControlPlane.Items;

/// <summary>How a point is restored, in Azure's words.</summary>
public enum RestoreKind
{
    /// <summary>As a new VM.</summary>
    AlternateLocation,
    /// <summary>In the place of the VM's present disks.</summary>
    OriginalLocation,
    /// <summary>As image files in a storage pool.</summary>
    RestoreDisks,
}
