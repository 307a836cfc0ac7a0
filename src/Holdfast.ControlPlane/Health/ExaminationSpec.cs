using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Vaults;

namespace Holdfast.ControlPlane.Health;

/// <summary>What a node is asked to examine, and how far whoever asks may see.</summary>
public sealed record ExaminationSpec
{
    /// <summary>The subscription whose hosts and vaults are meant.</summary>
    public required string Subscription { get; init; }

    /// <summary>Only this VM, by name or UUID.</summary>
    public string? Vm { get; init; }

    /// <summary>Only this host, by its registered name.</summary>
    public string? Host { get; init; }

    /// <summary>Whether VMs are looked at; else only hosts, vaults and what concerns the node.</summary>
    public bool IncludesVms { get; init; } = true;

    /// <summary>Whether programs may be run in guests that don't refuse it.</summary>
    public bool AllowsPrograms { get; init; } = true;

    /// <summary>The oldest agent that will do; null for the usual one.</summary>
    public Version? AgentMinimum { get; init; }

    /// <summary>Whether the caller may see a VM.</summary>
    public required Func<VirtualMachine, bool> SeesVm { get; init; }

    /// <summary>Whether the caller may see a host, also without seeing a VM on it.</summary>
    public required Func<HostRow, bool> SeesHost { get; init; }

    /// <summary>Whether the caller may see a vault.</summary>
    public required Func<VaultRow, bool> SeesVault { get; init; }

    /// <summary>Whether the caller may see what concerns the node as a whole: policies together, and what it has to reach over the network.</summary>
    public bool SeesNode { get; init; }
}
