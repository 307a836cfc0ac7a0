using System.Collections.Concurrent;
using System.Globalization;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Health.Probes;

namespace Holdfast.Protection.Health;

/// <summary>What an examination of a host came to.</summary>
/// <param name="OfHost">Results about the host itself.</param>
/// <param name="OfVms">Results about its VMs.</param>
/// <param name="Vms">The VMs that were wanted and found.</param>
/// <param name="WasReached">Whether it answered to the end.</param>
internal sealed record HostResults(IReadOnlyList<HealthResult> OfHost, IReadOnlyList<HealthResult> OfVms, IReadOnlyList<VmIdentity> Vms, bool WasReached);

/// <summary>Examines one host and its VMs within a bound.</summary>
internal sealed class HostExamination(IHealthHost host, HealthOptions options)
{
    private readonly HealthSubject _subject = new("host", host.Name);
    private readonly BoundedCheck _bounded = new(options);

    public async Task<HostResults> RunAsync(Func<VmIdentity, bool> wanted, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.HostLimit);
        IReadOnlyList<IVmProbe> probes = [];
        try
        {
            probes = await Task.Run(() => host.OpenAsync(wanted, limit.Token), limit.Token).WaitAsync(options.ConnectLimit, options.Time, ct).ConfigureAwait(false);
            return await ExamineAsync(probes, limit, ct).ConfigureAwait(false);
        }
        catch (FaultException e)
        {
            return Unreached(e.Fault);
        }
        catch (TimeoutException)
        {
            return Unreached(HostFaults.HypervisorUnreachable(host.Name, string.Create(
                CultureInfo.InvariantCulture, $"no answer within {options.ConnectLimit.TotalSeconds:0.#} s")));
        }
        finally
        {
            foreach (var probe in probes)
                probe.Dispose();
            host.Dispose();
        }
    }

    private async Task<HostResults> ExamineAsync(IReadOnlyList<IVmProbe> probes, CancellationTokenSource limit, CancellationToken ct)
    {
        var ofVms = new ConcurrentBag<IReadOnlyList<HealthResult>>();
        try
        {
            var own = OwnAsync(limit.Token);
            await Parallel.ForEachAsync(
                probes, new ParallelOptions { MaxDegreeOfParallelism = options.VmsPerHostAtOnce, CancellationToken = limit.Token },
                async (probe, token) => ofVms.Add(await OfVmAsync(probe, token).ConfigureAwait(false))).ConfigureAwait(false);
            return new HostResults(
                [Reached(), .. await own.ConfigureAwait(false)], [.. ofVms.SelectMany(r => r)], [.. probes.Select(p => new VmIdentity(p.Uuid, p.Name))], true);
        }
        catch (LibvirtException e)
        {
            // The other VMs of this host would only say the same.
            return Unreached(HostFaults.HypervisorConnectionLost(e.Message)) with { OfVms = [.. ofVms.SelectMany(r => r)] };
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            var why = string.Create(CultureInfo.InvariantCulture, $"{probes.Count - ofVms.Count} VMs weren't done within {options.HostLimit.TotalSeconds:0.#} s");
            return new HostResults(
                [Reached(), new HealthResult(_subject, HealthArea.Host, "vms", HealthOutcome.Unknown, why, HealthFaults.CheckNotRun("vms", host.Name, why))],
                [.. ofVms.SelectMany(r => r)], [.. probes.Select(p => new VmIdentity(p.Uuid, p.Name))], false);
        }
    }

    private async Task<IReadOnlyList<HealthResult>> OwnAsync(CancellationToken ct)
    {
        HostLook look;
        try
        {
            look = await host.LookAsync(ct).WaitAsync(options.CheckLimit, options.Time, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or IOException or UnauthorizedAccessException or LibvirtException { IsConnectionLost: false })
        {
            return [new HealthResult(_subject, HealthArea.Host, "look", HealthOutcome.Unknown, e.Message, HealthFaults.CheckNotRun("look", host.Name, e.Message))];
        }

        var results = await Task.WhenAll(HealthChecks.OfHost.Select(c => _bounded.RunAsync(c, look, _subject, ct))).ConfigureAwait(false);
        return [.. results.SelectMany(r => r)];
    }

    private async Task<IReadOnlyList<HealthResult>> OfVmAsync(IVmProbe probe, CancellationToken ct)
    {
        var named = new HealthSubject("vm", probe.Name, probe.Uuid, host.Name);
        DomainStateInfo state;
        AgentContact contact;
        try
        {
            state = await probe.GetStateAsync().WaitAsync(options.CheckLimit, options.Time, ct).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (e.IsNotFound)
        {
            // Undefined since it was listed.
            return [];
        }
        catch (Exception e) when (e is TimeoutException or LibvirtException { IsConnectionLost: false })
        {
            return [new HealthResult(named, HealthArea.Vm, "state", HealthOutcome.Unknown, e.Message, HealthFaults.CheckNotRun("state", probe.Name, e.Message))];
        }

        try
        {
            contact = await probe.GetContactAsync().WaitAsync(options.CheckLimit, options.Time, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            contact = new AgentContact(AgentReach.Silent);
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            contact = new AgentContact(AgentReach.NotAsked, Detail: e.Message);
        }

        var subject = new VmSubject(probe, state, contact, options);
        var results = await Task.WhenAll(HealthChecks.OfVm.Where(c => subject.Concerns(c.Needs)).Select(async check => subject.Obstacle(check.Needs) is { } why
            ? [new HealthResult(named, check.Area, check.Name, HealthOutcome.Unknown, why, null)]
            : await _bounded.RunAsync(check, subject, named, ct).ConfigureAwait(false))).ConfigureAwait(false);
        return [.. results.SelectMany(r => r)];
    }

    private HealthResult Reached() => new(_subject, HealthArea.Host, "reachable", HealthOutcome.Passed, "yes", null);

    private HostResults Unreached(Fault fault) =>
        new([new HealthResult(_subject, HealthArea.Host, "reachable", HealthOutcome.Failed, "no", fault)], [], [], false);
}
