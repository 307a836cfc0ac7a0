using Holdfast.Faults;

namespace Holdfast.Protection.Health.Probes;

/// <summary>A hypervisor under examination.</summary>
internal interface IHealthHost : IDisposable
{
    string Name { get; }

    /// <summary>Connects and lists the VMs that are wanted, by UUID.</summary>
    /// <exception cref="FaultException">It can't be reached, or refuses.</exception>
    Task<IReadOnlyList<IVmProbe>> OpenAsync(Func<VmIdentity, bool> wanted, CancellationToken ct);

    /// <summary>What the host and this node's folders for it are like. Only after it was opened.</summary>
    Task<HostLook> LookAsync(CancellationToken ct);
}

/// <summary>A VM's UUID and present name.</summary>
internal readonly record struct VmIdentity(Guid Uuid, string Name);

/// <summary>What a host is like.</summary>
/// <param name="LibvirtVersion">libvirt's version.</param>
/// <param name="IsLibvirtTooOld">Whether it lacks what backups need.</param>
/// <param name="ScratchFolder">Where QEMU's scratch files go.</param>
/// <param name="ScratchFreeBytes">What is free there.</param>
/// <param name="ScratchReserveBytes">Below what a backup isn't begun.</param>
/// <param name="ScratchObstacle">A folder that QEMU's user can't pass, or null.</param>
/// <param name="MissingTools">Programs that backups need and that aren't there, with their packages.</param>
internal sealed record HostLook(
    string LibvirtVersion, bool IsLibvirtTooOld, string ScratchFolder, long ScratchFreeBytes, long ScratchReserveBytes, string? ScratchObstacle,
    IReadOnlyList<(string Tool, string Package)> MissingTools);
