namespace Holdfast.Protection.Backup;

/// <summary>How consistent a recovery point is, in Azure Backup's terms; a higher value is a stronger promise.</summary>
public enum Consistency
{
    /// <summary>As after a power cut: all disks of one instant, nothing flushed on purpose.</summary>
    Crash,
    /// <summary>The guest's file systems were frozen at that instant.</summary>
    FileSystem,
    /// <summary>Besides, the guest's own pre-script brought its applications to rest.</summary>
    Application,
}
