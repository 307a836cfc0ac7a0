using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.EndToEnd.Tests.Harness;
using Microsoft.Extensions.Hosting;
using Host = Holdfast.EndToEnd.Tests.Harness.Host;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>A node that is killed in mid-restore: what it made is finished or removed, by the other node or by itself when it is back, and the job says which.</summary>
public sealed class RestoreTakeOverTests(Host host, PostgresServer postgres)
{
    private static readonly DiskSpec[] TwoDisks = [new("vda") { SizeMiB = 64 }, new("vdb") { SizeMiB = 32 }];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restore_in_place_is_undone_before_and_finished_after_the_exchange_was_decided()
    {
        await using var vm = await BareVm.StartAsync(host, TwoDisks);
        await using var pair = await NodePair.CreateAsync(host, postgres, vm.Name);
        var point = Assert.Single(await pair.B.PointsAsync(vm.Name));
        await vm.StopAsync();
        var ofPoint = Copy(vm, "point");
        foreach (var disk in vm.Disks)
            await BareVm.WriteImageAsync(disk.Path, "qcow2", 0, 1024, 0x55);
        var before = Copy(vm, "before");
        await KeepInventoryAsync(pair.B);

        // The other node takes over: nothing was decided, and the disks are as they were.
        var spec = new RestoreSpec(RestoreKind.OriginalLocation);
        var undone = await KillAsync(pair, vm.Name, point, spec, "SealRestoreJournal:before", other: true);
        Assert.Equal((JobStatus.Failed, "HoldfastNodeLost"), (undone.Status, undone.Error!.Code.Value));
        Assert.Contains(undone.Warnings, w => w.Code.Value == "HoldfastInPlaceRolledBack");
        await SameAsync(before, vm);
        Assert.Equal(undone.Error.Code, (await pair.B.ItemAsync(vm.Name)).LastRestoreFault?.Code);

        // The node itself comes back: the first old image was moved aside, and so all are replaced.
        var finished = await KillAsync(pair, vm.Name, point, spec, "MoveOldImage:after", other: false);
        Assert.Equal(JobStatus.CompletedWithWarnings, finished.Status);
        Assert.Contains(finished.Warnings, w => w.Code.Value == "HoldfastInPlaceCompleted");
        Assert.Contains(finished.Warnings, w => w.Code.Value == "HoldfastRestoreFinishedForNode");
        await SameAsync(ofPoint, vm);
        Assert.Empty(Leftovers(vm.Guest.Folder));
        await vm.StartAsync();
    }

    [Fact]
    public async Task A_new_vm_and_images_that_were_half_made_are_removed_and_whole_ones_are_kept()
    {
        await using var vm = await BareVm.StartAsync(host, TwoDisks);
        await using var pool = await Pool.CreateAsync(host);
        await using var pair = await NodePair.CreateAsync(host, postgres, vm.Name);
        var point = Assert.Single(await pair.B.PointsAsync(vm.Name));
        await KeepInventoryAsync(pair.B);
        var name = host.NewName("restored");
        var asNew = new RestoreSpec(RestoreKind.AlternateLocation)
        {
            StorageAccountId = pair.B.PoolId(pool.Name),
            TargetVirtualMachineId = ArmNames.VirtualMachine(pair.B.Vault.SubscriptionId, pair.B.Vault.ResourceGroup, name),
        };
        var undone = await KillAsync(pair, vm.Name, point, asNew, "PlaceNewImage:after", other: false);
        Assert.Equal((JobStatus.Failed, "HoldfastNodeLost"), (undone.Status, undone.Error!.Code.Value));
        Assert.Contains(undone.Warnings, w => w.Code.Value == "HoldfastInterruptedRestoreCleaned");
        Assert.Empty(Directory.GetFiles(pool.Path, "*", SearchOption.AllDirectories));
        Assert.NotEqual(0, (await Tool.TryVirshAsync("dominfo", name)).ExitCode);

        try
        {
            var whole = await KillAsync(pair, vm.Name, point, asNew, "DefineDomain:after", other: false);
            Assert.Equal(JobStatus.CompletedWithWarnings, whole.Status);
            Assert.Contains(whole.Warnings, w => w.Code.Value == "HoldfastRestoreFinishedForNode");
            await Tool.VirshAsync("start", name);
            Assert.Equal(2, Directory.GetFiles(pool.Path, "*.qcow2").Length);
        }
        finally
        {
            await Tool.TryVirshAsync("destroy", name);
            await Tool.TryVirshAsync("undefine", name);
        }

        var files = await KillAsync(
            pair, vm.Name, point, new RestoreSpec(RestoreKind.RestoreDisks) { StorageAccountId = pair.B.PoolId(pool.Name) }, "WriteImage:before", other: false);
        Assert.Equal(JobStatus.Failed, files.Status);
        Assert.Contains(files.Warnings, w => w.Code.Value == "HoldfastInterruptedRestoreCleaned");
        Assert.Empty(Leftovers(pool.Path));
    }

    /// <summary>Lets node a begin a restore and kills it at a gate; the other node, or node a when it is back, brings it to an end.</summary>
    private static async Task<JobRow> KillAsync(
        NodePair pair, string vm, ControlPlane.Points.RecoveryPointResource point, RestoreSpec spec, string gate, bool other)
    {
        await pair.B.LetOnlyAsync("a");
        var operation = await pair.B.Get<RestoreRequests>().TriggerAsync(pair.B.Vault, await pair.B.ItemAsync(vm), point, spec, Ct);
        await using (var a = pair.StartA(new() { ["HOLDFAST_TEST_STOP_AT"] = gate }))
            Assert.Equal(128 + 9, (await a.EndAsync()).ExitCode);
        if (other)
        {
            await pair.B.LetOnlyAsync("b");
            return await pair.B.EndedAsync(operation);
        }

        await using var again = pair.StartA([]);
        return await pair.B.EndedAsync(operation);
    }

    private static Task KeepInventoryAsync(ServiceNode node) => node.Get<IEnumerable<IHostedService>>().OfType<InventoryKeeper>().Single().KeepAsync(Ct);

    private static IEnumerable<string> Leftovers(string folder) =>
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(f => f.Contains(".holdfast-", StringComparison.Ordinal));

    private Dictionary<string, string> Copy(BareVm vm, string kind)
    {
        var folder = host.NewFolder(kind);
        foreach (var disk in vm.Disks)
            File.Copy(disk.Path, Path.Combine(folder, disk.Target));
        return vm.Disks.ToDictionary(d => d.Target, d => Path.Combine(folder, d.Target));
    }

    private static async Task SameAsync(Dictionary<string, string> expected, BareVm vm)
    {
        foreach (var disk in await vm.PresentDisksAsync())
            await Tool.RunAsync("qemu-img", "compare", expected[disk.Target], disk.Path);
    }
}
