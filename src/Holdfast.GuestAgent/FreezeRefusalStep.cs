namespace Holdfast.GuestAgent;

/// <summary>The step of a freeze that failed.</summary>
public enum FreezeRefusalStep
{
    /// <summary>Something else; the reason holds the agent's words.</summary>
    Other,

    /// <summary>The mount point could not be opened: permissions, SELinux, a mount hidden by another.</summary>
    Open,

    /// <summary>The file system refused to be frozen, most often because it could not write out its data.</summary>
    Freeze,
}
