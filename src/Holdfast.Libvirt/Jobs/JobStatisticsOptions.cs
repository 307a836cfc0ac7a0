namespace Holdfast.Libvirt;

/// <summary>Which statistics to read (virDomainGetJobStatsFlags).</summary>
[Flags]
public enum JobStatisticsOptions
{
    /// <summary>Of the running job.</summary>
    None = 0,

    /// <summary>Of the last completed job; reading forgets them.</summary>
    Completed = 1 << 0,

    /// <summary>Together with Completed: they are kept.</summary>
    KeepCompleted = 1 << 1,
}
