using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Libvirt;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Freeze;
using Holdfast.Protection.Guest;
using Holdfast.Protection.Node;
using Holdfast.Protection.Secrets;
using Holdfast.Protection.Tpm;

namespace Holdfast.Protection.Health.Probes;

/// <summary>Asks libvirt, the guest's agent and this node's own records about one domain.</summary>
internal sealed class LibvirtVmProbe : IVmProbe
{
    private readonly LibvirtConnection _host;
    private readonly Domain _domain;
    private readonly NodePaths _paths;
    private readonly HealthOptions _options;
    private readonly Lazy<Task<DomainStateInfo>> _state;
    private readonly Lazy<Task<DomainXml>> _xml;
    private readonly Lazy<Task<AgentContact>> _contact;
    private readonly Lazy<Task<IReadOnlyList<DiskLook>>> _disks;
    private readonly Lazy<Task<VmJobs>> _jobs;
    private readonly Lazy<Task<IReadOnlyList<CheckpointLook>>> _checkpoints;
    private readonly Lazy<Task<IReadOnlyList<NetworkLook>>> _networks;

    public LibvirtVmProbe(LibvirtConnection host, Domain domain, NodePaths paths, HealthOptions options)
    {
        (_host, _domain, _paths, _options) = (host, domain, paths, options);
        Agent = new GuestAgentClient(
            new GatedAgentChannel(new LibvirtAgentChannel(domain), () => IsBeingFrozen),
            new GuestAgentClientOptions { CommandTimeout = options.AgentLimit, TimeProvider = options.Time });
        _state = Once(() => _domain.GetState());
        _xml = Once(() => _domain.ReadXml());
        _contact = new(() => ContactAsync());
        _disks = new(() => Task.Run(DisksAsync));
        _jobs = Once(Jobs);
        _checkpoints = Once(Checkpoints);
        _networks = new(() => NetworksAsync());
    }

    public string Name => _domain.Name;

    public Guid Uuid => _domain.Uuid;

    public GuestAgentClient Agent { get; }

    public bool IsBeingFrozen => FreezeIntentStore.TryRead(IntentPath) is { } intent && (intent.Owner.IsAlive() || intent.Guard.IsAlive());

    public string? Leftover
    {
        get
        {
            if (File.Exists(IntentPath) && !IsBeingFrozen)
                return "a freeze";
            if (new RunRecords(_paths).Read(Uuid) is not { } record || record.Uri != _host.Uri.Text)
                return null;
            // A run that lives holds the VM's lock.
            return VmLock.IsHeld(_paths, Uuid) ? null : Directory.Exists(record.ScratchFolder) ? "a backup job or its scratch files" : "a run record";
        }
    }

    private string IntentPath => new FreezeIntentStore(_paths.State).PathOf(_host.Uri.Text, Uuid);

    public Task<DomainStateInfo> GetStateAsync() => _state.Value;

    public Task<DomainXml> GetXmlAsync() => _xml.Value;

    public Task<AgentContact> GetContactAsync() => _contact.Value;

    public Task<IReadOnlyList<DiskLook>> GetDisksAsync() => _disks.Value;

    public Task<VmJobs> GetJobsAsync() => _jobs.Value;

    public Task<IReadOnlyList<CheckpointLook>> GetCheckpointsAsync() => _checkpoints.Value;

    public Task<IReadOnlyList<NetworkLook>> GetNetworksAsync() => _networks.Value;

    public Task<VcpuUse?> MeasureVcpusAsync(TimeSpan window, CancellationToken ct) => VcpuClock.MeasureAsync(_host.Uri, Name, window, _options.Time, ct);

    public async Task<IReadOnlyDictionary<string, bool?>> GetPoolsAsync()
    {
        var names = (await GetXmlAsync().ConfigureAwait(false)).Disks.Select(d => d.Source.Pool).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return await OnThreadAsync(() =>
        {
            var pools = new Dictionary<string, bool?>(StringComparer.Ordinal);
            foreach (var name in names)
            {
                using var pool = _host.FindStoragePool(name);
                pools[name] = pool?.IsActive;
            }

            return (IReadOnlyDictionary<string, bool?>)pools;
        }).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<(string Secret, string Reason)>> GetUnreadableSecretsAsync()
    {
        var xml = await GetXmlAsync().ConfigureAwait(false);
        return await OnThreadAsync(() => VmSecrets.FindUnreadable(_host, xml)).ConfigureAwait(false);
    }

    public async Task<Fault?> GetTpmTroubleAsync()
    {
        var (xml, state) = (await GetXmlAsync().ConfigureAwait(false), await GetStateAsync().ConfigureAwait(false));
        return await OnThreadAsync(() =>
        {
            try
            {
                VmTpm.Find(_host.Uri, Uuid, xml, state.IsActive)?.Dispose();
                return null;
            }
            catch (FaultException e)
            {
                return e.Fault;
            }
        }).ConfigureAwait(false);
    }

    public void Dispose() => _domain.Dispose();

    private async Task<AgentContact> ContactAsync()
    {
        if (await GetStateAsync().ConfigureAwait(false) is not { State: DomainState.Running or DomainState.Blocked })
            return new AgentContact(AgentReach.NotRunning);
        if ((await GetXmlAsync().ConfigureAwait(false)).AgentChannel is not { } channel)
            return new AgentContact(AgentReach.NoChannel);
        if (IsBeingFrozen)
            return new AgentContact(AgentReach.NotAsked, Detail: GatedAgentChannel.Busy);
        if (channel.IsConnected is false)
            return new AgentContact(AgentReach.Disconnected);
        return await AgentContact.MakeAsync(Agent, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<DiskLook>> DisksAsync()
    {
        var looks = new List<DiskLook>();
        foreach (var disk in (await GetXmlAsync().ConfigureAwait(false)).Disks)
        {
            var facts = DiskInspection.OfDomain(disk);
            Fault? trouble = null;
            try
            {
                facts = DiskInspection.OfDomain(_host, disk);
                facts = await DiskInspection.WithImageAsync(facts, _domain, disk, isShared: true, CancellationToken.None).ConfigureAwait(false);
            }
            catch (FaultException e)
            {
                trouble = e.Fault;
            }
            catch (LibvirtException e) when (!e.IsConnectionLost)
            {
                // Its volume's pool is off: the pool's own check says so, and this one that the disk can't be read.
                trouble = FaultMapping.ToFault(e, FaultSubject.OfVm(Name, $"look at the disk {disk.Target}"));
            }

            looks.Add(new DiskLook(facts, trouble));
        }

        return looks;
    }

    private VmJobs Jobs()
    {
        var hasBackup = _domain.TryGetBackup(out _);
        var isOurs = hasBackup && new RunRecords(_paths).Read(Uuid) is { } record && JobOwner.IsOurs(_domain, record.ScratchFolder);
        var blockJobs = new List<(string, string)>();
        foreach (var disk in hasBackup ? [] : _domain.ReadXml().Disks.Where(d => d.Source.Path is not null && d.Device is DiskDevice.Disk))
        {
            if ((disk.MirrorJob ?? _domain.GetBlockJobInfo(disk.Target)?.Type.ToString()) is { } job)
                blockJobs.Add((disk.Target, job));
        }

        var other = !hasBackup && _domain.GetJobType() is DomainJobType.Bounded or DomainJobType.Unbounded
            ? _domain.GetJobStatistics().Operation.ToString() : null;
        return new VmJobs(hasBackup, isOurs, blockJobs, other);
    }

    private IReadOnlyList<CheckpointLook> Checkpoints()
    {
        var isActive = _domain.GetState().IsActive;
        var looks = new List<CheckpointLook>();
        foreach (var checkpoint in _domain.ListCheckpoints())
        {
            using (checkpoint)
            {
                var tracked = checkpoint.ReadXml().Disks.Where(d => d.IsTracked).Select(d => d.Target).ToHashSet(StringComparer.Ordinal);
                looks.Add(new CheckpointLook(checkpoint.Name, tracked, isActive ? checkpoint.GetDisksWithUsableBitmap() : null));
            }
        }

        return looks;
    }

    private async Task<IReadOnlyList<NetworkLook>> NetworksAsync()
    {
        var names = (await GetXmlAsync().ConfigureAwait(false)).Interfaces.Select(i => i.SourceNetwork).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? [] : await OnThreadAsync<IReadOnlyList<NetworkLook>>(() => [.. names.Select(Network)]).ConfigureAwait(false);
    }

    private NetworkLook Network(string name)
    {
        using var network = _host.FindNetwork(name);
        if (network is null)
        {
            var others = _host.ListNetworks();
            var available = others.Select(n => n.Name).ToList();
            foreach (var other in others)
                other.Dispose();
            return new NetworkLook(name, false, false, null, [], available);
        }

        var isActive = network.IsActive;
        return new NetworkLook(name, true, isActive, network.GetXml(), isActive ? network.GetDhcpLeases() : [], []);
    }

    private static Lazy<Task<T>> Once<T>(Func<T> ask) => new(() => OnThreadAsync(ask));

    // A thread of its own: libvirt's calls block, and a host that hangs must not starve the others' checks of threads.
    private static Task<T> OnThreadAsync<T>(Func<T> ask) =>
        Task.Factory.StartNew(ask, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
