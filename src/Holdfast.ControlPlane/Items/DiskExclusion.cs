namespace Holdfast.ControlPlane.Items;

/// <summary>Which data disks are backed up. The OS disk always is.</summary>
/// <param name="Luns">LUNs of data disks.</param>
/// <param name="IsInclusionList">True: only these; false: all but these.</param>
public sealed record DiskExclusion(IReadOnlyList<int> Luns, bool IsInclusionList)
{
    /// <summary>Whether it leaves out no disk, whichever the VM has.</summary>
    public bool IsNone => Luns.Count == 0 && !IsInclusionList;

    /// <summary>Whether the data disk at <paramref name="lun"/> is left out.</summary>
    public bool Excludes(int lun) => Luns.Contains(lun) != IsInclusionList;
}
