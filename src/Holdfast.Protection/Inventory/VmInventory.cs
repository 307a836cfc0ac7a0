using System.Globalization;
using System.IO.Enumeration;
using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Libvirt;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Guest;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Inventory;

/// <summary>The host's VMs, and those that only points are left of.</summary>
/// <param name="context">What it works with; without a vault there are no points, without a host only points.</param>
public sealed class VmInventory(EngineContext context)
{
    // How often, and how far apart, a VM is looked at that libvirt can't answer for: one that is just going down needs a moment.
    private const int Looks = 10;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan AgentTimeout = TimeSpan.FromSeconds(3);

    /// <summary>All VMs by name; those that are gone come last. Images that were backed up without a VM aren't among them.</summary>
    public async Task<IReadOnlyList<VmSummary>> ListAsync(CancellationToken ct) =>
        [.. (await ReadAsync(_ => true, ct).ConfigureAwait(false)).Where(v => v.State != VmStateText.Image)];

    /// <summary>A VM (or image) by UUID or name, also one that only points are left of; of several, <see cref="SameName.ByPoints"/>.</summary>
    /// <exception cref="FaultException">There is none, or several have that name: the fault lists them.</exception>
    public Task<VmSummary> FindAsync(string nameOrUuid, CancellationToken ct) => FindAsync(nameOrUuid, preferExisting: false, ct);

    /// <summary>A VM by UUID or name; one that exists goes before one of the same name that is gone.</summary>
    /// <exception cref="FaultException">There is none, or several have that name: the fault lists them.</exception>
    public Task<VmSummary> FindExistingAsync(string nameOrUuid, CancellationToken ct) => FindAsync(nameOrUuid, preferExisting: true, ct);

    /// <summary>The existing VMs whose name matches a pattern with * and ?.</summary>
    /// <exception cref="FaultException">None does.</exception>
    public async Task<IReadOnlyList<VmSummary>> MatchAsync(string pattern, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        var found = (await ReadAsync(v => FileSystemName.MatchesSimpleExpression(pattern, v.Name, ignoreCase: false), ct).ConfigureAwait(false))
            .Where(v => v.Exists).ToList();
        return found.Count > 0 ? found : throw new FaultException(InputFaults.NothingMatches(pattern));
    }

    private async Task<VmSummary> FindAsync(string nameOrUuid, bool preferExisting, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrUuid);
        var found = await ReadAsync(v => v.Name == nameOrUuid, ct).ConfigureAwait(false);
        if (found.Count == 0 && Guid.TryParse(nameOrUuid, out var uuid))
            found = await ReadAsync(v => v.Uuid == uuid, ct).ConfigureAwait(false);
        found = preferExisting ? SameName.ByExistence(found, v => v.Exists) : SameName.ByPoints(found, v => v.PointCount > 0, v => v.Exists);
        return found.Count switch
        {
            1 => found[0],
            0 => throw new FaultException(BackupFaults.VmNotFound(nameOrUuid, context.Host?.Uri.ToString() ?? "")),
            _ when found.All(v => !v.Exists) => throw new FaultException(VaultFaults.SourceAmbiguous(nameOrUuid, found.Select(Candidate))),
            _ => throw new FaultException(BackupFaults.VmNameAmbiguous(nameOrUuid, found.Select(Candidate))),
        };
    }

    // Only the VMs wanted are looked into: their disks and agents cost a call each.
    private async Task<IReadOnlyList<VmSummary>> ReadAsync(Func<Identity, bool> wanted, CancellationToken ct)
    {
        var points = context.Vault is null ? [] : await new PointService(context).ListAllAsync(ct).ConfigureAwait(false);
        var bySource = points.GroupBy(p => p.Stored.SourceId.Value).ToDictionary(g => g.Key, g => g.ToList());
        var result = new List<VmSummary>();
        var present = new HashSet<Guid>();
        var domains = context.Host is { } host
            ? FaultMapping.Guard(() => host.ListDomains(), new FaultSubject { Operation = "list the VMs" }) : [];
        try
        {
            foreach (var domain in domains)
                present.Add(domain.Uuid);
            var read = await Task.WhenAll(domains.Where(d => wanted(new Identity(d.Uuid, d.Name)))
                .Select(d => ReadAsync(d, bySource.GetValueOrDefault(d.Uuid), ct))).ConfigureAwait(false);
            result.AddRange(read.OfType<VmSummary>().OrderBy(v => v.Name, StringComparer.Ordinal));
        }
        finally
        {
            foreach (var domain in domains)
                domain.Dispose();
        }

        result.AddRange(bySource.Where(s => !present.Contains(s.Key)).Select(s => Gone(s.Key, s.Value))
            .Where(v => wanted(new Identity(v.Uuid, v.Name))).OrderBy(v => v.Name, StringComparer.Ordinal));
        return result;
    }

    private async Task<VmSummary?> ReadAsync(Domain domain, List<RecoveryPoint>? points, CancellationToken ct)
    {
        for (var look = 1; ; look++)
        {
            try
            {
                return await ReadOnceAsync(domain, points, ct).ConfigureAwait(false);
            }
            catch (LibvirtException e) when (e.IsNotFound)
            {
                // Undefined since it was listed.
                return null;
            }
            catch (LibvirtException e) when (look == Looks || e.IsConnectionLost)
            {
                throw new FaultException(FaultMapping.ToFault(e, FaultSubject.OfVm(domain.Name, "look at the VM"))!, e);
            }
            catch (LibvirtException)
            {
                // It may be stopping in the middle of the look, which breaks whatever is asked of its QEMU until libvirt has seen it off.
                await Task.Delay(BetweenLooks, ct).ConfigureAwait(false);
            }
        }
    }

    private async Task<VmSummary> ReadOnceAsync(Domain domain, List<RecoveryPoint>? points, CancellationToken ct)
    {
        var state = domain.GetState();
        var xml = domain.ReadXml();
        var disks = new List<VmDisk>();
        foreach (var disk in xml.Disks)
            disks.Add(await ReadDiskAsync(domain, state.IsActive, disk, ct).ConfigureAwait(false));
        var agent = await ReadAgentAsync(domain, state, xml, ct).ConfigureAwait(false);
        return new VmSummary(
            domain.Uuid, domain.Name, Exists: true, VmStateText.Of(state), disks, agent, points?[0],
            context.Vault is null ? null : points?.Count ?? 0);
    }

    private async Task<VmDisk> ReadDiskAsync(Domain domain, bool isActive, DomainDisk disk, CancellationToken ct)
    {
        var facts = DiskInspection.OfDomain(disk) with { SourcePath = PathOf(disk.Source) };
        Fault? obstacle = null;
        try
        {
            facts = await DiskInspection.WithImageAsync(facts, domain, disk, isShared: true, ct).ConfigureAwait(false);
        }
        catch (FaultException e)
        {
            // The list shows a VM with a missing or unreadable image all the same.
            obstacle = e.Fault;
        }

        obstacle ??= BackupPlanner.ObstacleOf(domain.Name, facts);
        return new VmDisk(
            disk.Target, facts.Device, facts.Format, facts.SourcePath, facts.SizeBytes > 0 ? facts.SizeBytes : SizeOf(domain, isActive, disk, facts.SourcePath), obstacle is null, obstacle);
    }

    private string? PathOf(DiskSource source)
    {
        try
        {
            return context.RequiredHost.ResolvePath(source);
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            // A volume of an inactive pool has no path now.
            return null;
        }
    }

    private static long? SizeOf(Domain domain, bool isActive, DomainDisk disk, string? path)
    {
        try
        {
            return ImageSize.Find(domain, isActive, disk, path);
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            // The image is missing or can't be read: the list shows the VM all the same.
            return null;
        }
    }

    private static async Task<VmAgent> ReadAgentAsync(Domain domain, DomainStateInfo state, DomainXml xml, CancellationToken ct)
    {
        if (xml.AgentChannel is not { } channel)
            return new VmAgent("no-channel", null);
        if (state.State is not (DomainState.Running or DomainState.Blocked))
            return new VmAgent("unknown", null);
        if (channel.IsConnected is false)
            return new VmAgent("disconnected", null);
        try
        {
            var client = new GuestAgentClient(new LibvirtAgentChannel(domain), new GuestAgentClientOptions { CommandTimeout = AgentTimeout });
            return new VmAgent("connected", (await client.InfoAsync(ct).ConfigureAwait(false)).Version);
        }
        catch (GuestAgentException e)
        {
            return new VmAgent(e.Kind is GuestAgentErrorKind.NotConnected ? "disconnected" : "not-responding", null);
        }
    }

    private static VmSummary Gone(Guid source, List<RecoveryPoint> points)
    {
        var details = points[0].Details;
        var disks = details.Disks.Select(d => new VmDisk(d.Target, "disk", d.Format, d.SourcePath, d.SizeBytes, Trackable: false, null)).ToList();
        return new VmSummary(
            source, details.Name, Exists: false, details.Kind is SourceKind.Image ? VmStateText.Image : VmStateText.Gone, disks,
            new VmAgent("unknown", null), points[0], points.Count);
    }

    private static string Candidate(VmSummary vm) => string.Create(
        CultureInfo.InvariantCulture,
        $"{vm.Uuid:D} ({vm.State}, {vm.PointCount ?? 0} points{(vm.LastPoint is { } p ? $", last {p.CreatedUtc.UtcDateTime:yyyy-MM-dd HH:mm}Z" : "")})");

    private readonly record struct Identity(Guid Uuid, string Name);
}
