using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Vaults;
using Holdfast.EndToEnd.Tests.Harness;
using Holdfast.Faults;
using Microsoft.Data.Sqlite;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>What the control plane's jobs do is real: points, images, VMs, and what is left when the database is lost.</summary>
public sealed class JobTests(Host host)
{
    private static readonly DiskSpec[] TwoDisks = [new("vda") { SizeMiB = 64 }, new("vdb") { SizeMiB = 32 }];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Points_made_by_jobs_are_restored_beside_and_in_place_byte_for_byte()
    {
        await using var vm = await BareVm.StartAsync(host, TwoDisks);
        await using var pool = await Pool.CreateAsync(host);
        await using var node = await ServiceNode.StartAsync(host.NewFolder("service"));
        await node.UseVaultAsync();
        Assert.Equal(ProtectionState.IRPending, (await node.ProtectAsync(vm.Name)).State);
        await vm.WriteRandomAsync("vda", 0, 4096);
        await vm.WriteRandomAsync("vdb", 512, 1024);
        AssertDone(await node.BackUpAsync(vm.Name));
        var item = await node.ItemAsync(vm.Name);
        Assert.Equal((ProtectionState.Protected, true), (item.State, item.LastBackupSucceeded!.Value));
        await vm.WriteRandomAsync("vda", 8192, 256);
        var second = await node.BackUpAsync(vm.Name);
        AssertDone(second);
        Assert.Equal(["Take Snapshot", "Transfer data to vault"], second.Tasks.Select(t => t.Id));
        Assert.Equal("vda, vdb", second.Properties["Backed-up disk(s)"]);
        var points = await node.PointsAsync(vm.Name);
        Assert.Equal(2, points.Count);
        Assert.All(points, p => Assert.True(long.TryParse(p.Name, out _)));
        Assert.Equal("Incremental", points[0].Point.Details.Disks[0].Mode.ToString());

        await vm.StopAsync();
        var files = await node.RestoreAsync(vm.Name, points[0], new RestoreSpec(RestoreKind.RestoreDisks) { StorageAccountId = node.PoolId(pool.Name) });
        AssertDone(files);
        var folder = Path.Combine(pool.Path, files.Properties["Config Blob Container Name"]);
        foreach (var disk in vm.Disks)
            await SameAsync(disk.Path, Assert.Single(Directory.GetFiles(folder, $"*-{disk.Target}.qcow2")));

        var kept = Path.Combine(host.NewFolder("kept"), "vda");
        File.Copy(vm.Disks[0].Path, kept);
        await BareVm.WriteImageAsync(vm.Disks[0].Path, "qcow2", 0, 1024, 0x55);
        AssertDone(await node.RestoreAsync(vm.Name, points[0], new RestoreSpec(RestoreKind.OriginalLocation)));
        await SameAsync(kept, (await vm.PresentDisksAsync())[0].Path);

        var only = await node.RestoreAsync(
            vm.Name, points[1], new RestoreSpec(RestoreKind.RestoreDisks) { StorageAccountId = node.PoolId(pool.Name), Luns = [] });
        AssertDone(only);
        Assert.Single(Directory.GetFiles(Path.Combine(pool.Path, only.Properties["Config Blob Container Name"]), "*.qcow2"));
    }

    [Fact]
    public async Task After_the_loss_of_the_database_the_data_is_there_and_can_be_restored_and_protected_again()
    {
        await using var vm = await BareVm.StartAsync(host, TwoDisks);
        await using var pool = await Pool.CreateAsync(host);
        var folder = host.NewFolder("service");
        string name;
        await using (var node = await ServiceNode.StartAsync(folder))
        {
            await node.UseVaultAsync();
            await node.ProtectAsync(vm.Name);
            await vm.WriteRandomAsync("vda", 0, 2048);
            AssertDone(await node.BackUpAsync(vm.Name));
            name = Assert.Single(await node.PointsAsync(vm.Name)).Name;
        }

        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(folder, "*.db*"))
            File.Delete(file);

        await using (var node = await ServiceNode.StartAsync(folder))
        {
            await node.UseVaultAsync();
            var item = await node.ItemAsync(vm.Name);
            Assert.Equal((ProtectionState.ProtectionStopped, (Guid?)null), (item.State, item.PolicyId));
            var point = Assert.Single(await node.PointsAsync(vm.Name));
            Assert.Equal(name, point.Name);
            await vm.StopAsync();
            var files = await node.RestoreAsync(vm.Name, point, new RestoreSpec(RestoreKind.RestoreDisks) { StorageAccountId = node.PoolId(pool.Name) });
            AssertDone(files);
            await SameAsync(vm.Disks[0].Path, Assert.Single(Directory.GetFiles(
                Path.Combine(pool.Path, files.Properties["Config Blob Container Name"]), "*-vda.qcow2")));
            await vm.StartAsync();
            Assert.Equal(ProtectionState.Protected, (await node.ProtectAsync(vm.Name)).State);
            AssertDone(await node.BackUpAsync(vm.Name));
            Assert.Equal(2, (await node.PointsAsync(vm.Name)).Count);
        }
    }

    [Fact]
    public async Task Data_is_deleted_with_its_points_where_soft_delete_is_off()
    {
        await using var vm = await BareVm.StartAsync(host, TwoDisks);
        await using var node = await ServiceNode.StartAsync(host.NewFolder("service"));
        await node.UseVaultAsync();
        await node.ProtectAsync(vm.Name);
        AssertDone(await node.BackUpAsync(vm.Name));
        await node.Get<RecoveryServicesVaults>().UpdateAsync(node.Vault.Ref, new VaultSettings { SoftDelete = SoftDeleteState.Disabled }, Ct);
        var item = await node.ItemAsync(vm.Name);
        var job = await node.EndedAsync(await node.Get<ProtectedItems>().DeleteAsync(node.Vault, item.ContainerName, item.ItemName, null, Ct));
        Assert.Equal((JobOperation.DeleteBackupData, JobStatus.Completed, "1"), (job.Operation, job.Status, job.Properties["Number of Recovery Points"]));
        await Assert.ThrowsAsync<FaultException>(() => node.ItemAsync(vm.Name));
        var store = await node.Get<OpenVaults>().OpenAsync(node.Vault, Ct);
        Assert.Empty(await store.ListPointsAsync(null, Ct));
        Assert.Equal(["vault"], await store.ListNotesAsync(Ct));
    }

    [Fact]
    public async Task A_backup_that_is_cancelled_leaves_no_point_and_no_job_in_libvirt()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 512 });
        await using var node = await ServiceNode.StartAsync(host.NewFolder("service"));
        await node.UseVaultAsync();
        await node.ProtectAsync(vm.Name);
        for (var at = 0; at < 512; at += 64)
            await vm.WriteRandomAsync("vda", at << 10, 64 << 10);
        var operation = await node.Get<BackupRequests>().TriggerAsync(await node.ItemAsync(vm.Name), null, null, Ct);
        await Eventually.TrueAsync("libvirt's job runs", () => vm.Guest.HasBackupJobAsync());
        var again = await Assert.ThrowsAsync<FaultException>(async () => await node.Get<BackupRequests>().TriggerAsync(await node.ItemAsync(vm.Name), null, null, Ct));
        Assert.Equal("UserErrorBackupOperationInProgress", again.Fault.Code.Value);
        await node.Get<ControlPlane.Jobs.Jobs>().CancelAsync(node.Vault, operation.JobId!.Value.ToString(), Ct);
        Assert.Equal(JobStatus.Cancelled, (await node.EndedAsync(operation)).Status);
        Assert.False(await vm.Guest.HasBackupJobAsync());
        Assert.Empty(await node.PointsAsync(vm.Name));
        Assert.Empty(await (await node.Get<OpenVaults>().OpenAsync(node.Vault, Ct)).ListSessionsAsync(Ct));
        AssertDone(await node.BackUpAsync(vm.Name));
    }

    // A VM without an agent gives crash consistency, which the job says.
    private static void AssertDone(JobRow job) =>
        Assert.True(job.Status is JobStatus.Completed or JobStatus.CompletedWithWarnings, $"{job.Status}: {job.Error}");

    private static Task<string> SameAsync(string one, string other) => Tool.RunAsync("qemu-img", "compare", one, other);
}
