using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;

namespace Holdfast.Protection.Restore;

/// <summary>
/// Foretells how a restored VM would fit into the networks of its host: what the restore itself looks at before it writes anything, and addresses that would be in
/// use twice. Changes nothing, takes no lock, and reads no secret.
/// </summary>
/// <param name="context">The vault with the point, and the host that the VM would be on.</param>
public sealed class RestoredNetworks(EngineContext context)
{
    /// <summary>Looks.</summary>
    /// <param name="point">The point.</param>
    /// <param name="options">The restore that is thought of.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>What stands in its way; null where nothing does, or no VM comes of it.</returns>
    public async Task<Fault?> FindObstacleAsync(RecoveryPoint point, RestoreOptions options, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(point);
        try
        {
            switch (options)
            {
                case RestoreAsNew asNew:
                    var saved = await SavedConfiguration.ReadXmlAsync(context, point, ct).ConfigureAwait(false);
                    await OnHostAsync(point, host => NetworkFit.Require(host, AsNew(saved, asNew), point.Details.Addresses ?? []), ct).ConfigureAwait(false);
                    break;
                case RestoreInPlace:
                    await OnHostAsync(point, host => LookInPlace(host, point), ct).ConfigureAwait(false);
                    break;
            }

            return null;
        }
        catch (FaultException e)
        {
            return e.Fault;
        }
    }

    // libvirt's calls block.
    private Task OnHostAsync(RecoveryPoint point, Action<LibvirtConnection> look, CancellationToken ct)
    {
        var host = context.RequiredHost;
        return Task.Run(() => FaultMapping.Guard(() => look(host), FaultSubject.OfVm(point.Details.Name, "look at the host's networks")), ct).WaitAsync(ct);
    }

    // The VM keeps the definition that it has now, and comes up with what the guest had set itself then.
    private static void LookInPlace(LibvirtConnection host, RecoveryPoint point)
    {
        var uuid = point.Stored.SourceId.Value;
        using var domain = host.FindDomain(uuid);
        if (domain is null)
            return;
        var present = domain.ReadXml(DomainXmlOptions.Inactive);
        NetworkFit.RequireOwnMacs(host, uuid, present);
        NetworkFit.RequireOwnAddresses(host, present, point.Details.Addresses ?? []);
    }

    // As it would be, but for its disks: its MAC addresses will be new ones, and are nobody's.
    private static DomainXml AsNew(DomainXml saved, RestoreAsNew options)
    {
        var count = 0;
        return DomainXml.Read(DomainRewrite.AsNew(saved, new RewriteRequest
        {
            NewName = options.NewName,
            NewUuid = Guid.NewGuid(),
            Images = new Dictionary<string, ImagePlace>(),
            Network = options.Network,
            PortGroup = options.Subnet,
            NextMac = () => $"new {++count}",
            FileExists = _ => false,
        }).Root);
    }
}
