using Holdfast.Faults;
using Holdfast.Protection.Health.Network;

namespace Holdfast.Protection.Health;

/// <summary>What all checks of a run said.</summary>
/// <param name="Results">In the order of subjects, areas and checks.</param>
/// <param name="Duration">How long it took.</param>
public sealed record HealthReport(IReadOnlyList<HealthResult> Results, TimeSpan Duration)
{
    /// <summary>What this node has to reach over the network, as firewalls have to allow it.</summary>
    public IReadOnlyList<EndpointToAllow> Endpoints { get; init; } = [];

    /// <summary>The worst outcome.</summary>
    public HealthOutcome Worst => Results.Count == 0 ? HealthOutcome.Unknown : Results.Max(r => r.Outcome);

    /// <summary>What isn't well, by fault: those that concern most subjects first.</summary>
    public IReadOnlyList<HealthFaultGroup> ByFault() =>
    [
        .. Results.Where(r => r is { Fault: not null, Outcome: not HealthOutcome.Passed }).GroupBy(r => r.Fault!.Code)
            .Select(g => new HealthFaultGroup(g.First().Fault!, g.Max(r => r.Outcome), [.. g.Select(r => r.Subject).Distinct()]))
            .OrderByDescending(g => g.Outcome).ThenByDescending(g => g.Subjects.Count).ThenBy(g => g.Example.Code.Value, StringComparer.Ordinal),
    ];
}

/// <summary>One fault, and everything that has it.</summary>
/// <param name="Example">The fault of the first of them.</param>
/// <param name="Outcome">The worst outcome among them.</param>
/// <param name="Subjects">Those that have it.</param>
public sealed record HealthFaultGroup(Fault Example, HealthOutcome Outcome, IReadOnlyList<HealthSubject> Subjects);

/// <summary>An endpoint, and the proxy server that this node goes through to reach it.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Proxy">The proxy server, which is then what a firewall has to allow; null for the direct way.</param>
public sealed record EndpointToAllow(HealthEndpoint Endpoint, string? Proxy);
