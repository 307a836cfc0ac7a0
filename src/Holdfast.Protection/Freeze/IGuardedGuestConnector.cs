namespace Holdfast.Protection.Freeze;

/// <summary>Connects to a guest that may have to be thawed.</summary>
public interface IGuardedGuestConnector
{
    /// <summary>Connects to the hypervisor and finds the domain.</summary>
    /// <param name="libvirtUri">The hypervisor.</param>
    /// <param name="domain">The domain's UUID.</param>
    /// <param name="ct">Gives up.</param>
    Task<IGuardedGuest> ConnectAsync(string libvirtUri, Guid domain, CancellationToken ct);
}
