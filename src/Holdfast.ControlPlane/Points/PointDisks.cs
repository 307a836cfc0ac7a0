using Holdfast.ControlPlane.Hosts;
using Holdfast.Protection.Points;

namespace Holdfast.ControlPlane.Points;

/// <summary>The disks of a point with the LUNs that the VM's disks had when it was made. Pure.</summary>
public static class PointDisks
{
    /// <summary>Targets and LUNs of the disks in the point, the OS disk first.</summary>
    public static IReadOnlyList<(string Target, int Lun)> Luns(RecoveryPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return DiskLuns.Assign([.. point.Details.Disks.Select(d => d.Target)]);
    }
}
