using Holdfast.Faults;
using Holdfast.GuestAgent;

namespace Holdfast.Protection.Health.Checks;

/// <summary>Whether the guest's package manager knows a newer agent, by what it learned last: nothing is fetched. Debian's tells that without doing anything.</summary>
internal sealed class AgentUpdateCheck() : HealthCheck<VmSubject>(HealthArea.Agent, "update", HealthNeeds.Programs | HealthNeeds.Unix)
{
    private static readonly GuestExecOptions Bound = new() { Timeout = TimeSpan.FromSeconds(8), OutputBytesMax = 4096 };

    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        try
        {
            var policy = await subject.Probe.Agent.ExecAsync(
                new GuestCommand("env", "LC_ALL=C", "apt-cache", "policy", "qemu-guest-agent"), Bound, ct).ConfigureAwait(false);
            if (!policy.Succeeded)
                return [];
            var lines = policy.Output.ToText(4096).Split('\n', StringSplitOptions.TrimEntries);
            return Value(lines, "Installed:") is { } installed && Value(lines, "Candidate:") is { } candidate
                ? [installed == candidate ? HealthFinding.Passed(installed)
                    : HealthFinding.Of($"{installed}, {candidate}", HealthFaults.AgentUpdateAvailable(subject.Name, installed, candidate))]
                : [];
        }
        catch (GuestAgentException)
        {
            // An agent that doesn't let programs be run has a check of its own.
            return [];
        }
    }

    private static string? Value(string[] lines, string name) =>
        lines.FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim() is { Length: > 0 } value && value != "(none)" ? value : null;
}
