using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Holdfast.Libvirt.Tests;

/// <summary>Real QEMU under the system daemon.</summary>
public sealed class QemuDomainTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void A_running_domain_tells_its_live_and_its_persistent_side()
    {
        using var vm = DiskfulDomain.Start();
        var live = vm.Domain.ReadXml();
        Assert.True(live.FindDisk("vda")!.IsBackingChainComplete);
        Assert.NotNull(live.FindDisk("vda")!.Source.Index);
        Assert.False(live.AgentChannel!.IsConnected);
        var definition = vm.Domain.ReadXml(DomainXmlOptions.Inactive | DomainXmlOptions.Migratable);
        Assert.Null(definition.AgentChannel!.IsConnected);
        Assert.Equal(vm.ImageOf("vda"), definition.FindDisk("vda")!.Source.Path);
        Assert.Equal(64L << 20, vm.Domain.GetBlockInfo("vda").CapacityBytes);
        Assert.Equal(32L << 20, vm.Domain.GetBlockInfo("vdc").CapacityBytes);
        Assert.Empty(vm.Domain.GetDiskErrors());
        Assert.Empty(vm.Domain.ListSnapshots());
        Assert.False(vm.Domain.HasManagedSave);
        Assert.Null(vm.Domain.GetBlockJobInfo("vda"));
        Assert.Equal(DomainJobType.None, vm.Domain.GetJobType());
        Assert.False(vm.Domain.TryGetBackup(out _));
        Assert.True(vm.Connection.TrySetKeepAlive(5, 3));
    }

    [Fact]
    public async Task A_pull_job_exports_over_the_socket_and_leaves_nothing_behind()
    {
        using var vm = DiskfulDomain.Start();
        Assert.Null(vm.Paths.FindObstacle());
        using var subscription = vm.Connection.Subscribe(DomainEventKinds.JobCompleted, vm.Domain);
        var run = vm.Paths.CreateRunFolder(vm.Domain, "run1");
        Assert.Equal(["run1"], vm.Paths.ListRunNames());
        Assert.Throws<IOException>(() => vm.Paths.CreateRunFolder(vm.Domain, "run1"));
        Assert.Equal("0", OwnerOf(run.FolderPath));
        run.HandOver();
        Assert.Equal($"{vm.Paths.QemuUserId}", OwnerOf(run.FolderPath));
        await vm.Domain.BackupBeginAsync(DiskfulDomain.Backup(run, since: null), DiskfulDomain.Checkpoint("cp1"), BackupBeginOptions.None, Ct);

        Assert.True(vm.Domain.TryGetBackup(out var job));
        Assert.Equal(run.SocketPath, job.SocketPath);
        Assert.Equal(run.ScratchPath("vdb"), job.Disks.Single(d => d.Target == "vdb").ScratchPath);
        var statistics = vm.Domain.GetJobStatistics();
        Assert.True(statistics is { IsRunning: true, Operation: DomainJobOperation.Backup, ScratchTotalBytes: 128 << 20 });
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(run.SocketPath), Ct);
            var greeting = new byte[8];
            await socket.ReceiveAsync(greeting, Ct);
            Assert.Equal("NBDMAGIC"u8.ToArray(), greeting);
        }

        await vm.Domain.AbortJobAsync(Ct);
        var ended = Assert.IsType<DomainJobCompletedEvent>(await subscription.Events.ReadAsync(Ct));
        Assert.Equal(DomainJobOperation.Backup, ended.Statistics.Operation);
        Assert.False(vm.Domain.TryGetBackup(out _));
        run.Dispose();
        Assert.Empty(vm.Paths.ListRunNames());
        Assert.False(File.Exists(run.SocketPath));
        Assert.False(vm.Domain.GetJobStatistics(JobStatisticsOptions.Completed | JobStatisticsOptions.KeepCompleted).IsRunning);
    }

    [Fact]
    public async Task Checkpoints_form_a_chain_and_count_what_was_written()
    {
        using var vm = DiskfulDomain.Start();
        await vm.RunJobAsync(null, "cp1", Ct);
        vm.Write("vda", "1M", "64k");
        await vm.RunJobAsync("cp1", "cp2", Ct);
        vm.Write("vdb", "8M", "128k");
        using var first = vm.Domain.FindCheckpoint("cp1");
        using var second = vm.Domain.FindCheckpoint("cp2");
        Assert.Null(first!.GetParentName());
        Assert.Equal("cp1", second!.GetParentName());
        var sizes = first.ReadXml(CheckpointXmlOptions.NoDomain | CheckpointXmlOptions.Size).Disks.ToDictionary(d => d.Target, d => d.SizeBytes);
        Assert.Equal((65536, 131072, null), (sizes["vda"], sizes["vdb"], sizes["vdc"]));
        Assert.Equal(0, second.ReadXml(CheckpointXmlOptions.NoDomain | CheckpointXmlOptions.Size).Disks[0].SizeBytes);
        Assert.Equal(vm.Domain.Uuid, first.ReadXml(CheckpointXmlOptions.None).Domain!.Uuid);
        Assert.Equal(CheckpointDropOutcome.Dropped, vm.Domain.DropCheckpoint("cp1"));
        Assert.Equal(CheckpointDropOutcome.AlreadyGone, await vm.Domain.DropCheckpointAsync("cp1", Ct));
        Assert.Equal(["cp2"], Names(vm));
    }

    [Fact]
    public async Task The_disk_that_lost_its_bitmap_is_known_before_a_job_begins()
    {
        using var vm = DiskfulDomain.Start();
        await vm.RunJobAsync(null, "cp1", Ct);
        vm.Domain.Destroy(graceful: true);
        DiskfulDomain.Tool("qemu-img", "bitmap", "--remove", vm.ImageOf("vdb"), "cp1");
        vm.Domain.Start();

        using (var checkpoint = vm.Domain.FindCheckpoint("cp1"))
        {
            Assert.Equal(["vda"], checkpoint!.GetDisksWithUsableBitmap());
        }

        var refused = await Assert.ThrowsAsync<LibvirtException>(() => vm.RunJobAsync("cp1", "cp2", Ct));
        Assert.True(CheckpointInconsistency.TryRead(refused, out var what));
        Assert.Equal(new CheckpointInconsistency("cp1", "vdb"), what);
        Assert.Equal(["cp1"], Names(vm));

        // In one job the healthy disk stays incremental.
        await vm.RunJobAsync("cp1", "cp2", Ct, "vdb");
        Assert.Equal(CheckpointDropOutcome.DroppedDamaged, vm.Domain.DropCheckpoint("cp1"));
        Assert.Equal(["cp2"], Names(vm));
        using var kept = vm.Domain.FindCheckpoint("cp2");
        Assert.Equal(2, kept!.GetDisksWithUsableBitmap().Count);
        Assert.DoesNotContain("\"cp1\"", Bitmaps(vm), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_qemu_was_killed_no_bitmap_is_usable_and_the_checkpoint_can_be_dropped()
    {
        using var vm = DiskfulDomain.Start();
        await vm.RunJobAsync(null, "cp1", Ct);
        using var subscription = vm.Connection.Subscribe(DomainEventKinds.Lifecycle, vm.Domain);
        await KillQemuAsync(vm);
        var stopped = Assert.IsType<DomainLifecycleEvent>(await subscription.Events.ReadAsync(Ct));
        Assert.Equal((DomainLifecycleKind.Stopped, DomainStoppedDetail.Failed), (stopped.Kind, stopped.StoppedDetail));
        vm.Domain.Start();
        using (var checkpoint = vm.Domain.FindCheckpoint("cp1"))
        {
            Assert.Empty(checkpoint!.GetDisksWithUsableBitmap());
        }

        Assert.Equal(CheckpointDropOutcome.MetadataOnly, vm.Domain.DropCheckpoint("cp1"));
        Assert.Empty(Names(vm));
    }

    [Fact]
    public async Task Orphan_bitmaps_are_removed_and_others_stay()
    {
        using var vm = DiskfulDomain.Start();
        await vm.RunJobAsync(null, "orphan", Ct);
        await vm.RunJobAsync("orphan", "kept", Ct);
        using (var checkpoint = vm.Domain.FindCheckpoint("orphan"))
        {
            checkpoint!.Delete(CheckpointDeleteOptions.MetadataOnly);
        }

        Assert.Contains("\"orphan\"", Bitmaps(vm), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => vm.Domain.DropOrphanBitmaps("kept", ["vda"]));
        vm.Domain.DropOrphanBitmaps("orphan", ["vda", "vdb"]);
        Assert.DoesNotContain("\"orphan\"", Bitmaps(vm), StringComparison.Ordinal);
        Assert.Equal(["kept"], Names(vm));
        using var kept = vm.Domain.FindCheckpoint("kept");
        Assert.Equal(2, kept!.GetDisksWithUsableBitmap().Count);
        Assert.Throws<LibvirtException>(() => vm.Domain.DropOrphanBitmaps("never", ["vda"]));
        Assert.Equal(["kept"], Names(vm));
    }

    [Fact]
    public async Task Inconsistent_bitmaps_of_a_killed_qemu_are_removed_also_as_orphans()
    {
        using var vm = DiskfulDomain.Start();
        await vm.RunJobAsync(null, "cp1", Ct);
        await vm.RunJobAsync("cp1", "cp2", Ct);
        vm.Domain.Destroy(graceful: true);
        vm.Domain.Start();
        using var subscription = vm.Connection.Subscribe(DomainEventKinds.Lifecycle, vm.Domain);
        await KillQemuAsync(vm);
        await subscription.Events.ReadAsync(Ct);
        using (var orphan = vm.Domain.FindCheckpoint("cp1"))
        {
            orphan!.Delete(CheckpointDeleteOptions.MetadataOnly);
        }

        vm.Domain.Start();
        vm.Domain.DropOrphanBitmaps("cp1", ["vda", "vdb"]);
        Assert.Equal(CheckpointDropOutcome.Dropped, vm.Domain.DropCheckpoint("cp2"));
        Assert.DoesNotContain("\"cp", Bitmaps(vm), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_domain_that_is_off_refuses_jobs_with_codes_that_tell_so()
    {
        using var vm = DiskfulDomain.Start();
        await vm.RunJobAsync(null, "cp1", Ct);
        vm.Domain.Destroy();
        Assert.Equal(LibvirtErrorCode.OperationUnsupported, Assert.Throws<LibvirtException>(() => vm.Domain.DropCheckpoint("cp1")).Code);
        using var checkpoint = vm.Domain.FindCheckpoint("cp1");
        Assert.Equal(LibvirtErrorCode.OperationInvalid, Assert.Throws<LibvirtException>(checkpoint!.GetDisksWithUsableBitmap).Code);
        Assert.Equal(LibvirtErrorCode.OperationInvalid, Assert.Throws<LibvirtException>(vm.Domain.AbortJob).Code);
        Assert.Equal(LibvirtErrorCode.OperationInvalid, Assert.Throws<LibvirtException>(() => vm.Domain.AgentCommand("""{"execute":"guest-ping"}""", 1)).Code);
        checkpoint.Delete(CheckpointDeleteOptions.MetadataOnly);
        Assert.Empty(Names(vm));
    }

    [Fact]
    public async Task An_agent_that_is_not_there_is_unresponsive_and_waiting_can_be_given_up()
    {
        using var vm = DiskfulDomain.Start();
        var error = await Assert.ThrowsAsync<LibvirtException>(() => vm.Domain.AgentCommandAsync("""{"execute":"guest-ping"}""", 1, Ct));
        Assert.Equal(LibvirtErrorCode.AgentUnresponsive, error.Code);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => vm.Domain.AgentCommandAsync("""{"execute":"guest-ping"}""", 1, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_raw_disk_cannot_be_tracked()
    {
        using var vm = DiskfulDomain.Start();
        var error = Assert.Throws<LibvirtException>(() => vm.Domain.CreateCheckpoint(new CheckpointXml { Name = "cp", Disks = [new() { Target = "vdc" }] }));
        Assert.Equal(LibvirtErrorCode.ConfigUnsupported, error.Code);
        Assert.Empty(Names(vm));
    }

    [Fact]
    public async Task An_aborted_begin_leaves_neither_job_nor_checkpoint()
    {
        using var vm = DiskfulDomain.Start();
        using var run = vm.Paths.CreateRunFolder(vm.Domain, "r");
        run.HandOver();
        var unreachable = DiskfulDomain.Backup(run, null) with { SocketPath = "/root/holdfast-never.sock" };
        var error = await Assert.ThrowsAsync<LibvirtException>(
            () => vm.Domain.BackupBeginAsync(unreachable, DiskfulDomain.Checkpoint("cp1"), BackupBeginOptions.None, Ct));
        Assert.Equal(LibvirtErrorCode.InternalError, error.Code);
        Assert.False(vm.Domain.TryGetBackup(out _));
        Assert.Empty(Names(vm));
    }

    [Fact]
    public void A_scratch_root_that_qemu_cannot_reach_is_seen_beforehand()
    {
        using var connection = LibvirtConnection.Open(LibvirtUri.System);
        var locked = Directory.CreateTempSubdirectory("hf-lv-");
        try
        {
            Assert.Equal(locked.FullName, QemuRuntimePaths.For(connection, Path.Combine(locked.FullName, "deep", "er")).FindObstacle());
            Assert.Null(QemuRuntimePaths.For(connection).FindObstacle());
        }
        finally
        {
            locked.Delete(recursive: true);
        }
    }

    [Fact]
    public void Secrets_are_listed_without_their_values()
    {
        using var connection = LibvirtConnection.Open(LibvirtUri.System);
        Assert.NotNull(connection.ListSecrets());
        Assert.Null(connection.FindSecret(Guid.NewGuid()));
        Assert.Null(connection.FindSecret(SecretUsageType.Volume, "/no/such/volume"));
        Assert.Contains(connection.GetCapabilities().SecurityModels, m => m.Model == "dac");
    }

    private static string OwnerOf(string path)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%u", path]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }

    private static async Task KillQemuAsync(DiskfulDomain vm)
    {
        var pid = int.Parse(await File.ReadAllTextAsync($"/run/libvirt/qemu/{vm.Domain.Name}.pid", Ct), CultureInfo.InvariantCulture);
        using var qemu = Process.GetProcessById(pid);
        qemu.Kill();
    }

    private static string Bitmaps(DiskfulDomain vm) => vm.Domain.MonitorCommand("""{"execute":"query-named-block-nodes"}""");

    private static List<string> Names(DiskfulDomain vm)
    {
        var checkpoints = vm.Domain.ListCheckpoints();
        try
        {
            return [.. checkpoints.Select(c => c.Name)];
        }
        finally
        {
            foreach (var checkpoint in checkpoints)
            {
                checkpoint.Dispose();
            }
        }
    }
}
