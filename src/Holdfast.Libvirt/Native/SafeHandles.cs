using System.Runtime.InteropServices;

namespace Holdfast.Libvirt.Native;

// INV-1: every libvirt object lives in a safe handle, so that it is released exactly once and never while a call uses it.
internal abstract class LibvirtHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;
}

internal sealed class ConnectHandle : LibvirtHandle
{
    protected override bool ReleaseHandle() => NativeLibvirt.virConnectClose(handle) >= 0;
}

internal sealed class DomainHandle : LibvirtHandle
{
    public DomainHandle()
    {
    }

    internal DomainHandle(nint owned) => SetHandle(owned);

    protected override bool ReleaseHandle() => NativeLibvirt.virDomainFree(handle) >= 0;
}

internal sealed class CheckpointHandle : LibvirtHandle
{
    public CheckpointHandle()
    {
    }

    internal CheckpointHandle(nint owned) => SetHandle(owned);

    protected override bool ReleaseHandle() => NativeLibvirt.virDomainCheckpointFree(handle) >= 0;
}

internal sealed class SnapshotHandle : LibvirtHandle
{
    public SnapshotHandle()
    {
    }

    internal SnapshotHandle(nint owned) => SetHandle(owned);

    protected override bool ReleaseHandle() => NativeLibvirt.virDomainSnapshotFree(handle) >= 0;
}

internal sealed class NetworkHandle : LibvirtHandle
{
    public NetworkHandle()
    {
    }

    internal NetworkHandle(nint owned) => SetHandle(owned);

    protected override bool ReleaseHandle() => NativeLibvirt.virNetworkFree(handle) >= 0;
}

internal sealed class PoolHandle : LibvirtHandle
{
    public PoolHandle()
    {
    }

    internal PoolHandle(nint owned) => SetHandle(owned);

    protected override bool ReleaseHandle() => NativeLibvirt.virStoragePoolFree(handle) >= 0;
}

internal sealed class VolumeHandle : LibvirtHandle
{
    public VolumeHandle()
    {
    }

    internal VolumeHandle(nint owned) => SetHandle(owned);

    protected override bool ReleaseHandle() => NativeLibvirt.virStorageVolFree(handle) >= 0;
}

internal sealed class SecretHandle : LibvirtHandle
{
    public SecretHandle()
    {
    }

    internal SecretHandle(nint owned) => SetHandle(owned);

    protected override bool ReleaseHandle() => NativeLibvirt.virSecretFree(handle) >= 0;
}
