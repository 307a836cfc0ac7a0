using System.Globalization;
using Holdfast.Faults;
using Holdfast.Protection.Health.Network;
using Holdfast.Protection.Health.Probes;

namespace Holdfast.Protection.Health;

/// <summary>One examination: hosts side by side, each within its bound; an unreachable one is told once, not for each of its VMs.</summary>
internal sealed class HealthRun(HealthOptions options, NetworkPlace? network = null)
{
    private const int EndpointsMax = 256;

    public async Task<HealthReport> RunAsync(IReadOnlyList<IHealthHost> hosts, HealthRequest request, CancellationToken ct)
    {
        var started = options.Time.GetTimestamp();
        var ways = OfEndpointsAsync(request.Endpoints, ct);
        var vault = request.Vault is null ? null : await LookAsync(request.Vault, ct).ConfigureAwait(false);
        var sought = request.Vm is null ? null : SoughtVm.Of(request.Vm, vault?.Points);
        Func<VmIdentity, bool> wanted = !request.IncludesVms ? _ => false : v => request.Admits(v.Uuid) && (sought is null || sought.Fits(v));
        var runs = await Task.WhenAll(hosts.Select(h => new HostExamination(h, options).RunAsync(wanted, ct))).ConfigureAwait(false);

        var results = new List<HealthResult>(runs.SelectMany(r => r.OfHost));
        results.AddRange(await ways.ConfigureAwait(false));
        if (vault is not null)
            results.AddRange(await OfVaultAsync(vault, ct).ConfigureAwait(false));
        if (sought is not null)
            results.Add(sought.Judge([.. runs.SelectMany(r => r.Vms)], allReached: runs.All(r => r.WasReached), string.Join(' ', hosts.Select(h => h.Name))));
        results.AddRange(runs.SelectMany(r => r.OfVms).OrderBy(r => r.Subject.Name, StringComparer.Ordinal).ThenBy(r => r.Subject.Host, StringComparer.Ordinal));
        return new HealthReport(results, options.Time.GetElapsedTime(started)) { Endpoints = [.. request.Endpoints.Select(ToAllow)] };
    }

    private NetworkPlace Place => network ?? NetworkPlace.OfMachine;

    private EndpointToAllow ToAllow(HealthEndpoint endpoint) =>
        new(endpoint, EndpointWay.ProxyOf(endpoint, Place) is { } proxy ? EndpointWay.Shown(proxy) : null);

    private async Task<IEnumerable<HealthResult>> OfEndpointsAsync(IReadOnlyList<HealthEndpoint> endpoints, CancellationToken ct)
    {
        var all = await Task.WhenAll(endpoints.Take(EndpointsMax).Select(
            e => new EndpointExamination(e, Place, options).RunAsync(ct))).ConfigureAwait(false);
        return all.SelectMany(r => r);
    }

    private async Task<VaultLook> LookAsync(VaultSubject vault, CancellationToken ct)
    {
        if (vault.ReadPointsAsync is null)
            return new VaultLook(vault.Path, null, null);
        try
        {
            var points = await vault.ReadPointsAsync(ct).WaitAsync(options.HostLimit, options.Time, ct).ConfigureAwait(false);
            return new VaultLook(vault.Path, points, null) { ReadFillAsync = vault.ReadFillAsync };
        }
        catch (FaultException e)
        {
            return new VaultLook(vault.Path, null, e.Fault);
        }
        catch (TimeoutException)
        {
            return new VaultLook(vault.Path, null, VaultFaults.VaultIoFailed(vault.Path, string.Create(
                CultureInfo.InvariantCulture, $"no answer within {options.HostLimit.TotalSeconds:0} s")));
        }
    }

    private async Task<IEnumerable<HealthResult>> OfVaultAsync(VaultLook vault, CancellationToken ct)
    {
        var subject = new HealthSubject("vault", vault.Path);
        var bounded = new BoundedCheck(options);
        var results = await Task.WhenAll(HealthChecks.OfVault(options.Time).Select(c => bounded.RunAsync(c, vault, subject, ct))).ConfigureAwait(false);
        return results.SelectMany(r => r);
    }
}
