using Holdfast.Protection.Guest;

namespace Holdfast.Cli.Documents;

/// <summary>A VM agent's state in full.</summary>
internal sealed record AgentStatusDocument(
    string Vm, Guid Uuid, string State, string? Version, string? System, string? Program, string? Package, IReadOnlyList<string> BlockedCommands, bool? Frozen)
{
    public static AgentStatusDocument Of(AgentStatus agent) => new(
        agent.Vm, agent.Uuid, agent.State, agent.Version, agent.System, agent.Program, agent.Package, agent.BlockedCommands, agent.Frozen);
}

/// <summary>What was changed about a VM's agent.</summary>
internal sealed record AgentChangeDocument(string Vm, Guid Uuid, string Detail, string? VersionBefore, string? VersionAfter);
