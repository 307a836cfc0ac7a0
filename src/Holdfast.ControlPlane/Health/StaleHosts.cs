using System.Globalization;
using Holdfast.ControlPlane.Hosts;
using Holdfast.Faults;
using Holdfast.Protection.Health;

namespace Holdfast.ControlPlane.Health;

/// <summary>How old what a node shows of a host is, where the host can't be reached.</summary>
public static class StaleHosts
{
    /// <summary>A warning for each host that an examination didn't reach and that was seen before.</summary>
    public static async Task<IReadOnlyList<HealthResult>> OfAsync(
        IEnumerable<HostRow> hosts, LastInventories last, HealthReport report, TimeProvider time, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentNullException.ThrowIfNull(last);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(time);
        var results = new List<HealthResult>();
        foreach (var host in hosts)
        {
            if (!report.Results.Any(r => r is { Subject.Kind: "host", Check: "reachable", Outcome: HealthOutcome.Failed } && r.Subject.Name == host.Name)
                || await last.LastContactAsync(host.HostId, ct).ConfigureAwait(false) is not var (seen, vms))
                continue;
            var (age, state) = (time.GetUtcNow() - seen, string.Create(CultureInfo.InvariantCulture, $"{vms} VMs"));
            results.Add(new HealthResult(
                new HealthSubject("host", host.Name), HealthArea.Host, "last-contact", HealthOutcome.Warning,
                string.Create(CultureInfo.InvariantCulture, $"{seen:yyyy-MM-dd HH:mm:ss}Z, {state}"), NetworkFaults.StatusStale(host.Name, age, state)));
        }

        return results;
    }
}
