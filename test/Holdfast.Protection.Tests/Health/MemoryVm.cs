using Holdfast.GuestAgent;
using Holdfast.Libvirt;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Health.Probes;

namespace Holdfast.Protection.Tests.Health;

/// <summary>A healthy VM in memory, which a test makes ill.</summary>
internal sealed class MemoryVm : IVmProbe
{
    private Task<AgentContact>? _contact;

    public MemoryVm(string name = "vm1")
    {
        Name = name;
        Agent = new GuestAgentClient(new GatedAgentChannel(InGuest, () => IsBeingFrozen));
    }

    public string Name { get; }

    public Guid Uuid { get; init; } = Guid.NewGuid();

    public MemoryAgent InGuest { get; } = new();

    public DomainStateInfo State { get; set; } = new(DomainState.Running, 1);

    public string Devices { get; set; } = "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>";

    public AgentReach? Unreachable { get; set; }

    public IReadOnlyList<DiskLook> Disks { get; set; } = [new DiskLook(Disk("vda"), null)];

    public VmJobs Jobs { get; set; } = new(false, false, [], null);

    public IReadOnlyList<CheckpointLook> Checkpoints { get; set; } = [];

    public Func<VcpuUse?> Vcpus { get; set; } = () => new(0.1, false);

    public IReadOnlyList<NetworkLook> Networks { get; set; } = [];

    public IReadOnlyDictionary<string, bool?> Pools { get; set; } = new Dictionary<string, bool?>();

    public IReadOnlyList<(string Secret, string Reason)> UnreadableSecrets { get; set; } = [];

    public Holdfast.Faults.Fault? TpmTrouble { get; set; }

    public bool IsBeingFrozen { get; set; }

    public string? Leftover { get; set; }

    public GuestAgentClient Agent { get; }

    /// <summary>What libvirt does instead of telling the state.</summary>
    public Func<Task<DomainStateInfo>>? StateInstead { get; set; }

    public static DiskFacts Disk(string target) => new()
    {
        Target = target, Device = "disk", SourceType = "file", SourcePath = $"/images/{target}.qcow2", Format = "qcow2", SizeBytes = 1 << 30,
    };

    public Task<DomainStateInfo> GetStateAsync() => StateInstead?.Invoke() ?? Task.FromResult(State);

    public Task<DomainXml> GetXmlAsync() => Task.FromResult(DomainXml.Parse($"<domain type='kvm'><name>{Name}</name><devices>{Devices}</devices></domain>"));

    public Task<AgentContact> GetContactAsync() => _contact ??= Unreachable is { } reach ? Task.FromResult(new AgentContact(reach))
        : State.State is DomainState.Running ? AgentContact.MakeAsync(Agent, CancellationToken.None) : Task.FromResult(new AgentContact(AgentReach.NotRunning));

    public Task<IReadOnlyList<DiskLook>> GetDisksAsync() => Task.FromResult(Disks);

    public Task<VmJobs> GetJobsAsync() => Task.FromResult(Jobs);

    public Task<IReadOnlyList<CheckpointLook>> GetCheckpointsAsync() => Task.FromResult(Checkpoints);

    public Task<VcpuUse?> MeasureVcpusAsync(TimeSpan window, CancellationToken ct) => Task.FromResult(Vcpus());

    public Task<IReadOnlyList<NetworkLook>> GetNetworksAsync() => Task.FromResult(Networks);

    public Task<IReadOnlyDictionary<string, bool?>> GetPoolsAsync() => Task.FromResult(Pools);

    public Task<IReadOnlyList<(string Secret, string Reason)>> GetUnreadableSecretsAsync() => Task.FromResult(UnreadableSecrets);

    public Task<Holdfast.Faults.Fault?> GetTpmTroubleAsync() => Task.FromResult(TpmTrouble);

    /// <summary>The next examination makes contact anew.</summary>
    public void Forget() => _contact = null;

    public void Dispose()
    {
    }
}
