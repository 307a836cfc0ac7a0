using System.Globalization;
using Holdfast.Cli.Node;
using Holdfast.Faults;
using Holdfast.Protection.Health;

namespace Holdfast.Cli.Commands;

/// <summary>How old what the node shows of a host is, where the host can't be reached.</summary>
internal static class StaleHosts
{
    public static async Task<IReadOnlyList<HealthResult>> OfAsync(NodeDatabase node, HealthReport report, TimeProvider time, CancellationToken ct)
    {
        var results = new List<HealthResult>();
        foreach (var host in await node.HostsAsync(ct))
        {
            if (!report.Results.Any(r => r is { Subject.Kind: "host", Check: "reachable", Outcome: HealthOutcome.Failed } && r.Subject.Name == host.Name)
                || await node.LastInventories.LastContactAsync(host.HostId, ct) is not var (seen, vms))
                continue;
            var (age, state) = (time.GetUtcNow() - seen, string.Create(CultureInfo.InvariantCulture, $"{vms} VMs"));
            results.Add(new HealthResult(
                new HealthSubject("host", host.Name), HealthArea.Host, "last-contact", HealthOutcome.Warning,
                string.Create(CultureInfo.InvariantCulture, $"{seen:yyyy-MM-dd HH:mm:ss}Z, {state}"), NetworkFaults.StatusStale(host.Name, age, state)));
        }

        return results;
    }
}
