using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>Registers and removes hosts.</summary>
public sealed class RegisteredHosts(ControlPlaneDatabase database, ControlPlaneOptions options, TimeProvider time)
{
    private const int NameLengthMax = 60;
    private const int JobsMaxMax = 64;

    /// <summary>Registers a host.</summary>
    /// <exception cref="FaultException">The name is taken or not allowed, or the URI is remote.</exception>
    public Task<HostRow> AddAsync(HostSpec spec, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(spec);
        CheckName("name", spec.Name);
        CheckName("location", spec.Location);
        CheckName("resource group", spec.ResourceGroup);
        if (spec.JobsMax is < 1 or > JobsMaxMax)
            throw new FaultException(InputFaults.InvalidArgument("jobs", $"1 to {JobsMaxMax} are possible"));
        if (string.IsNullOrWhiteSpace(spec.Uri) || spec.Uri.Length > 1024)
            throw new FaultException(InputFaults.InvalidArgument("uri", "it is no libvirt URI"));
        if (LibvirtUri.Parse(spec.Uri).IsRemote)
            throw new FaultException(HostFaults.RemoteUriUnsupported(spec.Uri));
        return database.ExclusiveAsync(
            async db =>
            {
                var key = spec.Name.ToLowerInvariant();
                if (await db.Hosts.AnyAsync(h => h.NameKey == key, ct).ConfigureAwait(false))
                    throw new FaultException(ServiceFaults.HostNameTaken(spec.Name));
                var subscription = await db.Subscriptions.Select(s => s.SubscriptionId).FirstAsync(ct).ConfigureAwait(false);
                var groupKey = spec.ResourceGroup.ToLowerInvariant();
                var group = await db.ResourceGroups.SingleOrDefaultAsync(g => g.SubscriptionId == subscription && g.NameKey == groupKey, ct).ConfigureAwait(false);
                if (group is null)
                {
                    db.Add(group = new ResourceGroupRow
                    {
                        SubscriptionId = subscription,
                        NameKey = groupKey,
                        Name = spec.ResourceGroup,
                        Location = spec.Location,
                    });
                }

                var host = new HostRow
                {
                    HostId = Guid.NewGuid(),
                    NameKey = key,
                    Name = spec.Name,
                    Uri = spec.Uri,
                    SubscriptionId = subscription,
                    ResourceGroup = group.Name,
                    Location = spec.Location,
                    JobsMax = spec.JobsMax ?? options.JobsPerHostMax,
                    Nodes = [.. spec.Nodes],
                    CreatedUtc = time.GetUtcNow(),
                };
                db.Add(host);
                await db.SaveChangesAsync(ct).ConfigureAwait(false);
                return host;
            }, ct);
    }

    /// <summary>Removes a host.</summary>
    /// <exception cref="FaultException">There is none, or items that are protected are on it.</exception>
    public Task RemoveAsync(string name, CancellationToken ct) => database.ExclusiveAsync(
        async db =>
        {
            var key = name.ToLowerInvariant();
            var host = await db.Hosts.SingleOrDefaultAsync(h => h.NameKey == key, ct).ConfigureAwait(false)
                ?? throw new FaultException(ServiceFaults.ResourceNotFound(name));
            var items = await db.Items.Where(i => i.HostId == host.HostId && i.PolicyId != null).Select(i => i.VmName).ToListAsync(ct).ConfigureAwait(false);
            if (items.Count > 0)
                throw new FaultException(ServiceFaults.HostInUse(host.Name, items));
            db.Remove(host);
            await db.HostInventories.Where(i => i.HostId == host.HostId).ExecuteDeleteAsync(ct).ConfigureAwait(false);
            return await db.SaveChangesAsync(ct).ConfigureAwait(false);
        }, ct);

    // These become segments of resource ids.
    private static void CheckName(string field, string name)
    {
        if (name.Length is 0 or > NameLengthMax || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) || name[0] is '.' or '-')
            throw new FaultException(InputFaults.InvalidArgument(field, "letters, digits, hyphens, dots and underscores are possible"));
    }
}
