using Holdfast.Libvirt;
using Holdfast.Protection.Health.Network;

namespace Holdfast.Protection.Health;

/// <summary>What is to be examined.</summary>
public sealed record HealthRequest
{
    /// <summary>The hypervisors, each by a name and libvirt's address.</summary>
    public IReadOnlyList<HealthHostAddress> Hosts { get; init; } = [];

    /// <summary>Only this VM, by name or UUID; null for all.</summary>
    public string? Vm { get; init; }

    /// <summary>Whether VMs are looked at; else only hosts and vault.</summary>
    public bool IncludesVms { get; init; } = true;

    /// <summary>Whether a VM may be looked at, by its UUID; others are as if they weren't there.</summary>
    public Func<Guid, bool> Admits { get; init; } = _ => true;

    /// <summary>The vault; null where none is named.</summary>
    public VaultSubject? Vault { get; init; }

    /// <summary>What this node has to reach over the network.</summary>
    public IReadOnlyList<HealthEndpoint> Endpoints { get; init; } = [];
}

/// <summary>A hypervisor's name and libvirt's address.</summary>
/// <param name="Name">The name that people know it by.</param>
/// <param name="Uri">libvirt's address; null for the usual one.</param>
public sealed record HealthHostAddress(string Name, string? Uri)
{
    /// <summary>Gives a connection that its owner keeps; null makes one for the examination, which stays open until the process ends.</summary>
    public Func<CancellationToken, Task<LibvirtConnection>>? ConnectAsync { get; init; }
}
