using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Backup;

/// <summary>Something else happens in the middle of a backup.</summary>
public sealed class InterruptionTests(GuestFixture fixture, Host host) : IClassFixture<GuestFixture>
{
    private readonly Guest _guest = fixture.Guest;

    public static TheoryData<string> GatesBeforeTheCommit =>
        ["ArmGuard:after", "Freeze:after", "BackupBegin:after", "Transfer:before", "Transfer:after", "CommitPoint:before"];

    [Theory]
    [MemberData(nameof(GatesBeforeTheCommit))]
    public async Task Ctrl_C_to_the_process_group_before_the_commit_leaves_nothing_behind(string gate)
    {
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(_guest);
        var checkpoints = await _guest.CheckpointsAsync();
        var vault = node.VaultListing();
        await _guest.Agent.WriteFilesAsync("/data/cancelled", 2, 512);

        await using (var process = await node.StartPausedAsync(gate, "backup", _guest.Name))
        {
            await process.CtrlCAsync();
            process.Resume();
            var cancelled = await process.EndAsync();
            Assert.True(cancelled.ExitCode == 130, cancelled.Text);
        }

        Assert.False(await _guest.Agent.IsFrozenAsync());
        Assert.False(await _guest.HasBackupJobAsync());
        Assert.Equal(checkpoints, await _guest.CheckpointsAsync());
        Assert.Equal(vault, node.VaultListing());
        var next = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
        Assert.Equal("incremental", next.Mode("vda"));
    }

    [Fact]
    public async Task Ctrl_C_to_the_process_group_as_the_commit_is_under_way_leaves_a_whole_point_or_none()
    {
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(_guest);
        var vault = node.VaultListing();
        await using var process = await node.StartPausedAsync("CommitPoint:before", "backup", _guest.Name);
        process.Resume();
        await process.CtrlCAsync();
        var end = await process.EndAsync();

        Assert.True(end.ExitCode is 0 or 130, end.Text);
        Assert.Equal(end.ExitCode == 0 ? 2 : 1, (await node.PointsAsync(_guest.Name)).Count);
        if (end.ExitCode != 0)
            Assert.Equal(vault, node.VaultListing());
        Assert.False(await _guest.HasBackupJobAsync());
        await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
    }

    [Fact]
    public async Task Ctrl_C_to_the_process_group_after_the_commit_began_finishes_the_backup()
    {
        var node = await Node.CreateAsync(host);
        await using var process = await node.StartPausedAsync("CommitPoint:after", "backup", _guest.Name);
        await process.CtrlCAsync();
        process.Resume();
        (await process.EndAsync()).Succeeded();
        Assert.Single(await node.PointsAsync(_guest.Name));
        Assert.False(await _guest.HasBackupJobAsync());
    }

    [Fact]
    public async Task A_job_that_libvirt_leaves_running_although_its_begin_failed_keeps_its_files_and_goes_with_qemu()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 4 });
        var node = await Node.CreateAsync(host);
        // libvirt writes down the checkpoint once the job runs, in a folder of the VM's name: a file is in its way.
        var obstacle = Path.Combine("/var/lib/libvirt/qemu/checkpoint", vm.Name);
        await File.WriteAllTextAsync(obstacle, "", TestContext.Current.CancellationToken);
        try
        {
            Assert.Equal("ExtensionOperationFailedForManagedDisks", (await vm.TryBackUpAsync(node)).FaultCode);
        }
        finally
        {
            File.Delete(obstacle);
        }

        if (await vm.Guest.HasBackupJobAsync())
        {
            // QEMU writes to the scratch file: neither that nor the record that proves it ours may go.
            Assert.Single(Directory.EnumerateFiles(Path.Combine(node.State, "runs")));
            Assert.Equal("HoldfastDomainJobActive", (await vm.TryBackUpAsync(node)).FaultCode);
            await vm.Guest.Libvirt.VirshAsync("destroy", vm.Name);
            await vm.StartAsync();
        }

        await vm.WriteAsync("vda", 0, 64, 0x22);
        await vm.BackUpAndCompareAsync(node);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(node.State, "runs")));
    }

    [Fact]
    public async Task A_second_backup_of_the_vm_at_once_is_refused()
    {
        var node = await Node.CreateAsync(host);
        await using var first = await node.StartPausedAsync("Transfer:before", "backup", _guest.Name);

        var second = await node.RunAsync("backup", _guest.Name);

        Assert.NotEmpty(second.FaultCode);
        first.Resume();
        (await first.EndAsync()).Succeeded();
        Assert.Single(await node.PointsAsync(_guest.Name));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_vm_that_stops_in_the_middle_fails_the_run_and_not_the_chain(bool inOrder)
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        var before = await node.BackUpAsync(guest);
        await guest.Agent.WriteFilesAsync("/data/destroyed", 8, 1024);
        await using (var process = await node.StartPausedAsync("Transfer:before", "backup", guest.Name))
        {
            await (inOrder ? guest.ShutdownAsync() : guest.DestroyAsync());
            process.Resume();
            Assert.Equal("HoldfastVmStoppedDuringBackup", (await process.EndAsync()).FaultCode);
        }

        Assert.Equal([before.Point], await node.PointsAsync(guest.Name));
        await guest.StartAsync();
        await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();
    }

    [Fact]
    public async Task Another_tools_backup_job_is_left_alone()
    {
        var node = await Node.CreateAsync(host);
        var xml = Path.Combine(node.Folder, "foreign.xml");
        var folder = host.NewFolder("foreign");
        await Tool.RunAsync("chown", "libvirt-qemu:kvm", folder);
        await File.WriteAllTextAsync(xml, $"""
            <domainbackup mode='pull'><server transport='unix' socket='{folder}/nbd.sock'/>
              <disks><disk name='vda' backup='yes' type='file'><scratch file='{folder}/vda.scratch'/></disk><disk name='vdb' backup='no'/></disks></domainbackup>
            """, TestContext.Current.CancellationToken);
        await Tool.VirshAsync("backup-begin", _guest.Name, xml);
        try
        {
            var result = await node.RunAsync("backup", _guest.Name);

            Assert.Equal("ExtensionOperationInProgress", result.FaultCode);
            Assert.True(await _guest.HasBackupJobAsync(), "the other tool's job goes on");
        }
        finally
        {
            await Tool.VirshAsync("domjobabort", _guest.Name);
        }
    }

    [Fact]
    public async Task Another_tools_checkpoint_stays()
    {
        var node = await Node.CreateAsync(host);
        await Tool.VirshAsync("checkpoint-create-as", _guest.Name, "another-tool");
        try
        {
            await node.BackUpAsync(_guest);
            await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
            Assert.Contains("another-tool", await _guest.CheckpointsAsync());
        }
        finally
        {
            await Tool.VirshAsync("checkpoint-delete", _guest.Name, "another-tool");
        }
    }
}
