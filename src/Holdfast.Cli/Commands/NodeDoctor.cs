using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Protection.Health;
using Holdfast.Protection.Health.Network;
using Holdfast.Protection.Node;

namespace Holdfast.Cli.Commands;

/// <summary>An examination by the node that owns what is examined: it runs there, and this machine only goes the way to the node.</summary>
internal static class NodeDoctor
{
    /// <summary>Examines the way to the node, and lets the node examine the rest. Where the way is broken, that alone is told.</summary>
    public static async Task<HealthReport> ExamineAsync(CommandRun run, INode node, ServedExamination asked, CancellationToken ct)
    {
        IReadOnlyList<HealthEndpoint> endpoints = DoctorEndpoints.OfServer(run.Settings) is { } server ? [server] : [];
        if (endpoints.Count == 0)
            return await node.ExamineAsync(asked, ct);
        var way = await new HealthService(NodePaths.FromEnvironment(), new HealthOptions { Time = run.Terminal.Time }).CheckAsync(
            new HealthRequest { IncludesVms = false, Endpoints = endpoints }, ct);
        if (way.Worst is HealthOutcome.Failed)
            return way;
        var report = await node.ExamineAsync(asked, ct);
        return new HealthReport([.. way.Results, .. report.Results], way.Duration + report.Duration) { Endpoints = [.. way.Endpoints, .. report.Endpoints] };
    }
}
