using Holdfast.Protection.Health.Probes;

namespace Holdfast.Protection.Tests.Health;

/// <summary>A hypervisor in memory.</summary>
internal sealed class MemoryHost(string name, params IReadOnlyList<MemoryVm> vms) : IHealthHost
{
    public string Name => name;

    public IReadOnlyList<MemoryVm> Vms => vms;

    public HostLook Look { get; set; } = new("9.0.0", false, "/scratch", 10L << 30, 1L << 30, null, []);

    /// <summary>What it does instead of answering.</summary>
    public Func<CancellationToken, Task>? Instead { get; set; }

    public async Task<IReadOnlyList<IVmProbe>> OpenAsync(Func<VmIdentity, bool> wanted, CancellationToken ct)
    {
        if (Instead is not null)
            await Instead(ct);
        return [.. vms.Where(v => wanted(new VmIdentity(v.Uuid, v.Name)))];
    }

    public Task<HostLook> LookAsync(CancellationToken ct) => Task.FromResult(Look);

    public void Dispose()
    {
    }
}
