using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>Policies that start too much at once: the health of the VMs that they are for foresees what comes of it.</summary>
public sealed class PolicyConditionTests(Host host)
{
    private const string RoundHour = "HoldfastPolicyRoundHour";
    private const string Together = "HoldfastTooManyStartTogether";
    private const string Late = "HoldfastPolicyStartsLate";
    private const string Overlaps = "HoldfastPolicyOverlaps";

    [Fact]
    [Condition("P03", Proof.Provocation)]
    public async Task P03_ten_vms_at_midnight_on_a_host_that_runs_one_job_at_a_time_start_late_and_the_advice_is_told()
    {
        await using var vms = await Vms.DefineAsync(host, 10);
        await using var node = await ServedNode.StartAsync(host.NewFolder("served"), "--jobs-per-host", "1");
        var items = await vms.ProtectAsync(node, ("nightly", "00:00"));

        // Ten minutes each are reckoned with as long as no backup has been: the last ones wait for more than an hour.
        var late = 0;
        await Eventually.TrueAsync("the advice is told", async () =>
        {
            var told = await Task.WhenAll(items.Select(PolicyHealthAsync));
            late = told.Count(t => t.Contains(Late));
            return late > 0 && told.All(t => t.Except([Late]).SequenceEqual([RoundHour, Together]));
        });
        Assert.InRange(late, 1, items.Count - 1);
    }

    [Fact]
    [Condition("S04", Proof.Provocation)]
    public async Task S04_fifth_vm_that_starts_within_the_hour_is_too_much_for_a_host_and_waits_in_the_queue()
    {
        await using var storage = await HeldStorage.StartAsync(host, Harness.Libvirt.System);
        await using var vms = await Vms.DefineAsync(host, 5, storage);
        await using var node = await ServedNode.StartAsync(host.NewFolder("served"));
        var items = await vms.ProtectAsync(node, ("nightly", "02:07"), ("later", "05:07"));
        await Eventually.TrueAsync("it is foreseen", async () => (await Task.WhenAll(items.Select(PolicyHealthAsync))).All(t => t.SequenceEqual([Together])));

        await storage.HoldAsync();
        var jobs = new List<string>();
        foreach (var item in items)
            jobs.Add(await item.BeginBackupAsync());
        async Task<int> QueuedAsync() => (await Task.WhenAll(jobs.Select(items[0].JobAsync))).Count(j => j["properties"]!["extendedInfo"]!["propertyBag"]!["Queued"] is not null);
        await Eventually.TrueAsync("four begin", async () => await QueuedAsync() <= 1);
        Assert.Equal(1, await QueuedAsync());
        await storage.ReleaseAsync();
        foreach (var job in jobs)
            Assert.Contains("Completed", (string)(await items[0].EndedAsync(job))["properties"]!["status"]!, StringComparison.Ordinal);

        // One of them hours later, and it is no crowd any more.
        await items[0].ProtectAsync("later");
        await items[0].RefreshAsync();
        await Eventually.TrueAsync("it is well", async () => (await Task.WhenAll(items.Select(PolicyHealthAsync))).All(t => t.Count == 0));
    }

    private static async Task<IReadOnlyList<string>> PolicyHealthAsync(ApiClient item) =>
        [.. ApiClient.HealthOf((await item.GetAsync(item.Item))["properties"]!).Where(c => c is RoundHour or Together or Late or Overlaps).Order()];

    /// <summary>Shut-off VMs with a small disk each.</summary>
    private sealed class Vms : IAsyncDisposable
    {
        private readonly List<BareVm> _all = [];

        public static async Task<Vms> DefineAsync(Host host, int count, HeldStorage? storage = null)
        {
            var vms = new Vms();
            for (var i = 0; i < count; i++)
            {
                var vm = await BareVm.DefineAsync(host, storage is null ? new DiskSpec("vda") { SizeMiB = 8 } : HeldStorage.Disk);
                vms._all.Add(vm);
                if (storage is not null)
                    await storage.PutUnderAsync(vm);
            }

            return vms;
        }

        /// <summary>Protects them all by the first of the policies.</summary>
        public async Task<IReadOnlyList<ApiClient>> ProtectAsync(ServedNode node, params (string Name, string Time)[] policies)
        {
            var token = await node.TokenAsync(node.InitialCredential());
            var items = _all.Select(vm => new ApiClient(node, token, vm.Name)).ToList();
            await items[0].MakeVaultAsync();
            foreach (var (name, time) in policies)
                await items[0].PutDailyPolicyAsync(name, time);
            foreach (var item in items)
                await item.ProtectAsync(policies[0].Name);
            await items[0].RefreshAsync();
            return items;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var vm in _all)
                await vm.DisposeAsync();
        }
    }
}
