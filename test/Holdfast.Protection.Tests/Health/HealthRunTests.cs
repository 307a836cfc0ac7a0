using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Libvirt;
using Holdfast.Protection.Health;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Protection.Tests.Points;

namespace Holdfast.Protection.Tests.Health;

public sealed class HealthRunTests
{
    private static readonly HealthOptions Quick = new() { ConnectLimit = TimeSpan.FromSeconds(5), CheckLimit = TimeSpan.FromSeconds(5), HostLimit = TimeSpan.FromMinutes(2) };

    [Fact]
    public async Task A_thousand_vms_with_three_dead_hosts_are_told_by_fault_and_each_dead_host_once()
    {
        var hosts = new List<MemoryHost>();
        for (var h = 0; h < 10; h++)
        {
            var host = new MemoryHost($"host{h}", [.. Enumerable.Range(0, 100).Select(v => new MemoryVm($"vm{h}-{v}"))]);
            host.Instead = h switch
            {
                0 => _ => throw HostFaults.HypervisorUnreachable("host0", "connection refused").ToException(),
                1 => ct => Task.Delay(Timeout.Infinite, ct),
                2 => _ => new TaskCompletionSource().Task,
                _ => null,
            };
            hosts.Add(host);
        }

        var stopped = hosts[5].Vms.Take(37).ToList();
        stopped.ForEach(v => v.Unreachable = Protection.Health.Probes.AgentReach.Disconnected);
        var report = await new HealthRun(Quick with { CheckLimit = TimeSpan.FromMinutes(1) }).RunAsync(hosts, new HealthRequest(), TestContext.Current.CancellationToken);

        var groups = report.ByFault();
        Assert.Equal(["HoldfastHypervisorUnreachable", "UserErrorGuestAgentStatusUnavailable"], groups.Select(g => g.Example.Code.Value));
        Assert.Equal(["host0", "host1", "host2"], groups[0].Subjects.Select(s => s.Name));
        Assert.Equal(37, groups[1].Subjects.Count);
        Assert.Equal(700, report.Results.Where(r => r.Subject.Kind == "vm").Select(r => r.Subject.Name).Distinct().Count());
        Assert.Equal(HealthOutcome.Failed, report.Worst);
    }

    [Fact]
    public async Task A_host_that_dies_in_the_middle_is_told_once()
    {
        var lost = Assert.Throws<LibvirtException>(() => LibvirtConnection.Open("qemu+unix:///system?socket=/nonexistent/socket"));
        Assert.True(lost.IsConnectionLost);
        var vms = Enumerable.Range(0, 50).Select(v => new MemoryVm($"vm{v}") { StateInstead = () => Task.FromException<DomainStateInfo>(lost) }).ToList();
        var report = await RunAsync([new MemoryHost("host1", vms)], new HealthRequest());
        var only = Assert.Single(report.Results);
        Assert.Equal("HoldfastHypervisorConnectionLost", only.Fault!.Code.Value);
    }

    [Fact]
    public async Task A_vm_that_hangs_is_given_up_and_the_others_are_done()
    {
        var hanging = new MemoryVm("hangs") { StateInstead = () => new TaskCompletionSource<DomainStateInfo>().Task };
        var report = await RunAsync([new MemoryHost("host1", hanging, new MemoryVm("fine"))], new HealthRequest());
        Assert.Equal("HoldfastCheckNotRun", Assert.Single(report.Results, r => r.Subject.Name == "hangs").Fault!.Code.Value);
        Assert.All(report.Results.Where(r => r.Subject.Name == "fine"), r => Assert.Equal(HealthOutcome.Passed, r.Outcome));
    }

    [Fact]
    public async Task A_hostile_agent_neither_hangs_nor_breaks_an_examination()
    {
        string[] replies =
        [
            "", "{", "null", "[]", "{\"return\":null}", "{\"return\":[]}", "{\"return\":\"x\"}", "{\"return\":{\"pid\":-1}}", "{\"return\":{\"count\":999999999,\"eof\":false}}",
            "{\"return\":{\"count\":1,\"buf-b64\":\"AA==\",\"eof\":false}}", "{\"return\":{\"exited\":false}}", "{\"return\":99999999999999999999}",
            "{\"return\":" + new string('[', 5000) + new string(']', 5000) + "}", "{\"return\":\"" + new string('x', 1 << 20) + "\"}",
        ];
        string[] commands =
        [
            "guest-ping", "guest-info", "guest-fsfreeze-status", "guest-file-open", "guest-file-read", "guest-file-close", "guest-exec", "guest-exec-status",
            "guest-network-get-interfaces",
        ];
        var options = Quick with { CheckLimit = TimeSpan.FromSeconds(8) };
        var runs = commands.SelectMany(command => replies.Select(async reply =>
        {
            var vm = new MemoryVm();
            vm.InGuest.Instead[command] = () => reply;
            var report = await new HealthRun(options).RunAsync([new MemoryHost("host1", vm)], new HealthRequest(), TestContext.Current.CancellationToken);
            Assert.All(report.Results, r => Assert.True(r.Found.Length <= 300));
            Assert.Contains(report.Results, r => r.Check == "images" && r.Outcome is HealthOutcome.Passed);
        }));
        await Task.WhenAll(runs);
    }

    [Fact]
    public async Task A_silent_agent_costs_one_wait_and_not_one_for_each_check()
    {
        var vm = new MemoryVm();
        vm.InGuest.Instead["guest-ping"] = () => throw new GuestAgentException(GuestAgentErrorKind.Unresponsive, "no answer");
        await RunAsync([new MemoryHost("host1", vm)], new HealthRequest());
        Assert.Equal(["guest-ping"], vm.InGuest.Asked);
    }

    [Fact]
    public async Task A_vm_that_is_gone_is_told_from_one_whose_host_is_away_and_from_another_of_its_name()
    {
        var uuid = Guid.NewGuid();
        var vault = Vault(SamplePoints.Point(DateTimeOffset.UnixEpoch, details: SamplePoints.Details("web1"), source: uuid));
        async Task<(HealthOutcome, string?)> ExistsAsync(MemoryHost host) =>
            (await RunAsync([host], new HealthRequest { Vm = "web1", Vault = vault })).Results.Where(r => r.Check == "exists").Select(r => (r.Outcome, r.Fault?.Code.Value)).Single();

        Assert.Equal((HealthOutcome.Passed, null), await ExistsAsync(new MemoryHost("h", new MemoryVm("web1") { Uuid = uuid })));
        Assert.Equal((HealthOutcome.Passed, null), await ExistsAsync(new MemoryHost("h", new MemoryVm("renamed") { Uuid = uuid })));
        Assert.Equal((HealthOutcome.Failed, "UserErrorVmNotFoundV2"), await ExistsAsync(new MemoryHost("h", new MemoryVm("other"))));
        Assert.Equal((HealthOutcome.Failed, "HoldfastRebindProposed"), await ExistsAsync(new MemoryHost("h", new MemoryVm("web1"))));
        Assert.Equal((HealthOutcome.Unknown, null), await ExistsAsync(new MemoryHost("h") { Instead = _ => throw HostFaults.HypervisorUnreachable("h", "refused").ToException() }));
    }

    [Fact]
    public async Task A_name_that_nobody_knows_is_refused()
    {
        var refused = await Assert.ThrowsAsync<FaultException>(() => RunAsync([new MemoryHost("h")], new HealthRequest { Vm = "nobody" }));
        Assert.Equal("UserErrorVmNotFoundV2", refused.Fault.Code.Value);
    }

    [Fact]
    public async Task Host_checks_name_what_is_short_or_missing()
    {
        var host = new MemoryHost("h") { Look = new("8.0.0", true, "/scratch", 1, 2, null, [("qemu-img", "qemu-utils")]) };
        Assert.Equal(
            ["HoldfastHypervisorTooOld", "HoldfastToolMissing", "HoldfastScratchSpaceShort"],
            (await RunAsync([host], new HealthRequest())).Results.Select(r => r.Fault?.Code.Value).OfType<string>());
        host.Look = new("9.0.0", false, "/root/scratch", 1L << 40, 2, "/root", []);
        Assert.Equal("HoldfastScratchNotWritableByQemu", Assert.Single((await RunAsync([host], new HealthRequest())).Results, r => r.Fault is not null).Fault!.Code.Value);
    }

    [Fact]
    public async Task Vault_checks_pass_on_a_good_vault_and_name_what_is_wrong_with_others()
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-health");
        try
        {
            var now = TimeProvider.System.GetUtcNow();
            var good = await VaultAsync(Vault(SamplePoints.Point(now.AddDays(-1))) with { Path = folder.FullName });
            Assert.All(good, r => Assert.Equal(HealthOutcome.Passed, r.Outcome));
            Assert.Equal(["opens", "writable", "space", "quota", "clock"], good.Select(r => r.Check));

            Assert.Equal(["HoldfastClockSkew"], Codes(await VaultAsync(Vault(SamplePoints.Point(now.AddHours(2))) with { Path = folder.FullName })));
            Assert.Equal(["HoldfastVaultQuotaNear"], Codes(await FilledAsync(90)));
            Assert.Equal(["HoldfastVaultQuotaReached"], Codes(await FilledAsync(100)));
            Assert.Equal(
                (HealthOutcome.Failed, "HoldfastStateFolderNotUsable"),
                (await VaultAsync(Limited(_ => throw HostFaults.StateFolderNotUsable("quotas.json", "?").ToException()))).Select(r => (r.Outcome, r.Fault?.Code.Value)).Single(r => r.Value is not null));
            Assert.Equal(["HoldfastVaultWrongKey"], Codes(await VaultAsync(new VaultSubject(folder.FullName, _ => throw VaultFaults.VaultWrongKey("x").ToException()))));
            Assert.Equal(["HoldfastVaultNotFound"], Codes(await VaultAsync(new VaultSubject(folder.FullName + "-gone", null))));
            Assert.Equal(["HoldfastVaultNotWritable"], Codes(await VaultAsync(new VaultSubject("/proc/self", null))).Take(1));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static IEnumerable<string> Codes(IEnumerable<HealthResult> results) => results.Select(r => r.Fault?.Code.Value).OfType<string>();
        VaultSubject Limited(Func<CancellationToken, Task<VaultFill?>> fill) => Vault() with { Path = folder.FullName, ReadFillAsync = fill };
        Task<IReadOnlyList<HealthResult>> FilledAsync(long held) => VaultAsync(Limited(_ => Task.FromResult<VaultFill?>(new VaultFill(held, 100))));
        async Task<IReadOnlyList<HealthResult>> VaultAsync(VaultSubject vault) => (await RunAsync([], new HealthRequest { Vault = vault })).Results;
    }

    [Fact]
    public void The_worst_outcome_counts_and_unknown_is_worse_than_passed()
    {
        static HealthReport Of(params HealthOutcome[] outcomes) =>
            new([.. outcomes.Select(o => new HealthResult(new HealthSubject("vm", "a"), HealthArea.Vm, "x", o, "", null))], TimeSpan.Zero);
        Assert.Equal(HealthOutcome.Passed, Of(HealthOutcome.Passed).Worst);
        Assert.Equal(HealthOutcome.Unknown, Of(HealthOutcome.Passed, HealthOutcome.Unknown).Worst);
        Assert.Equal(HealthOutcome.Warning, Of(HealthOutcome.Unknown, HealthOutcome.Warning).Worst);
        Assert.Equal(HealthOutcome.Failed, Of(HealthOutcome.Failed, HealthOutcome.Warning).Worst);
    }

    private static VaultSubject Vault(params RecoveryPoint[] points) => new("/vault", _ => Task.FromResult<IReadOnlyList<RecoveryPoint>>(points))
    {
        ReadFillAsync = _ => Task.FromResult<VaultFill?>(null),
    };

    private static Task<HealthReport> RunAsync(IReadOnlyList<MemoryHost> hosts, HealthRequest request) =>
        new HealthRun(Quick).RunAsync(hosts, request, TestContext.Current.CancellationToken);
}
