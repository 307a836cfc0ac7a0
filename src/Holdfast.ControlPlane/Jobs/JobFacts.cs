namespace Holdfast.ControlPlane.Jobs;

/// <summary>Names of facts in a job's properties that programs rely on.</summary>
public static class JobFacts
{
    /// <summary>The name of the recovery point that a backup made.</summary>
    public const string Point = "Recovery Point";

    /// <summary>Followed by a disk's target name, or xml or nvram: the path that it was restored to.</summary>
    public const string RestoredImage = "Restored image ";

    /// <summary>The UUID of the VM that was restored.</summary>
    public const string RestoredVm = "Restored VM";

    /// <summary>How many bytes of data a restore wrote.</summary>
    public const string WrittenBytes = "Written bytes";
}
