namespace Holdfast.Libvirt;

/// <summary>How a backup job begins (virDomainBackupBeginFlags).</summary>
[Flags]
public enum BackupBeginOptions
{
    /// <summary>libvirt makes the scratch files and removes them with the job.</summary>
    None = 0,

    /// <summary>The scratch or target files exist already.</summary>
    ReuseExternal = 1 << 0,
}
