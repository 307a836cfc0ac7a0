namespace Holdfast.Libvirt;

/// <summary>What a secret serves (virSecretUsageType).</summary>
public enum SecretUsageType
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>An encrypted volume.</summary>
    Volume = 1,

    /// <summary>Ceph.</summary>
    Ceph = 2,

    /// <summary>iSCSI.</summary>
    Iscsi = 3,

    /// <summary>TLS keys.</summary>
    Tls = 4,

    /// <summary>A virtual TPM's state.</summary>
    VTpm = 5,
}
