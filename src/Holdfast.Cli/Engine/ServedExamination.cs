namespace Holdfast.Cli.Engine;

/// <summary>What a node is asked to examine.</summary>
/// <param name="Vm">Only this VM, by name or UUID; null for all.</param>
/// <param name="Host">Only this host, by its registered name; null for all.</param>
/// <param name="IncludesVms">Whether VMs are looked at.</param>
/// <param name="AllowsPrograms">Whether programs may be run in guests that don't refuse it.</param>
/// <param name="AgentMinimum">The oldest agent that will do; null for the usual one.</param>
internal sealed record ServedExamination(string? Vm, string? Host = null, bool IncludesVms = true, bool AllowsPrograms = true, string? AgentMinimum = null);
