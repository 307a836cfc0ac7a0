using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Points;
using Holdfast.Vault;

namespace Holdfast.Protection.Tests.Backup;

public sealed class BackupPlannerTests
{
    private const int ChunkSize = 128 * 1024;
    private static readonly VaultId Vault = new(Guid.NewGuid());
    private static readonly ImageIdentity Image = new("/images/a.qcow2", 7, 42);

    private static readonly DiskFacts Disk = new()
    {
        Target = "vda",
        Device = "disk",
        SourceType = "file",
        SourcePath = Image.Path,
        Format = "qcow2",
        SizeBytes = 1 << 30,
        Chain = [Image],
    };

    [Fact]
    public void A_tracked_disk_with_its_base_is_read_incrementally()
    {
        var plan = Plan([Disk], BaseOf(Disk));
        Assert.NotNull(Assert.Single(plan.Disks).Base);
        Assert.True(plan.HasCheckpoint);
    }

    [Fact]
    public void Without_any_point_everything_is_read_whole() => Assert.Equal("HoldfastFirstBackup", WhyWhole(Disk, null));

    [Fact]
    public void A_grown_disk_is_read_whole() =>
        Assert.Equal("HoldfastDiskSizeChanged", WhyWhole(Disk with { SizeBytes = 2 << 30 }, BaseOf(Disk)));

    [Fact]
    public void An_image_swapped_under_the_same_path_is_read_whole() =>
        Assert.Equal("HoldfastDiskReplaced", WhyWhole(Disk with { Chain = [Image with { Inode = 43 }] }, BaseOf(Disk)));

    [Fact]
    public void An_overlay_on_the_base_points_image_stays_incremental() =>
        Assert.Null(WhyWhole(Disk with { Chain = [new ImageIdentity("/images/overlay.qcow2", 7, 50), Image] }, BaseOf(Disk)));

    [Fact]
    public void A_disk_without_its_bitmap_alone_is_read_whole()
    {
        var second = Disk with { Target = "vdb" };
        var plan = Plan([Disk, second], BaseOf([Disk, second], tracked: ["vda"]));
        Assert.NotNull(plan.Disks[0].Base);
        Assert.Equal("HoldfastChangeTrackingLost", plan.Disks[1].Reason?.Code.ToString());
    }

    [Fact]
    public void A_raw_disk_is_read_whole_and_gets_no_bitmap()
    {
        var plan = Plan([Disk with { Format = "raw", TrackingObstacle = "no bitmaps" }], BaseOf(Disk));
        Assert.False(plan.Disks[0].IsTracked);
        Assert.False(plan.HasCheckpoint);
        Assert.Equal("HoldfastRawDiskReadWhole", plan.Disks[0].Reason?.Code.ToString());
    }

    [Fact]
    public void Full_reads_everything_and_keeps_tracking()
    {
        var plan = Plan([Disk], BaseOf(Disk), new BackupOptions { Full = true });
        Assert.Null(plan.Disks[0].Base);
        Assert.True(plan.HasCheckpoint);
    }

    [Fact]
    public void A_disk_whose_chain_would_be_guessed_is_refused_unless_it_is_left_out()
    {
        DiskFacts[] disks = [Disk, Disk with { Target = "vdb", HasGuessedBacking = true }];
        Assert.Equal("HoldfastImageFormatUnsupported", Assert.Throws<FaultException>(() => Plan(disks, null)).Fault.Code.ToString());
        Assert.Single(Plan(disks, null, new BackupOptions { ExcludedDisks = ["vdb"] }).Disks);
    }

    [Fact]
    public void Media_read_only_transient_and_excluded_disks_are_left_out_and_named()
    {
        var plan = Plan(
            [Disk, Disk with { Target = "sda", Device = "cdrom", IsReadOnly = true }, Disk with { Target = "vdb", IsReadOnly = true },
                Disk with { Target = "vdc", IsTransient = true }, Disk with { Target = "vdd" }],
            null, new BackupOptions { ExcludedDisks = ["vdd"] });
        Assert.Equal("vda", Assert.Single(plan.Disks).Facts.Target);
        Assert.Equal(
            [("sda", "cdrom"), ("vdb", "read-only"), ("vdc", "transient"), ("vdd", "excluded")], plan.Skipped.Select(s => (s.Target, s.Reason)));
    }

    [Fact]
    public void An_encrypted_disk_is_refused() => Refused("HoldfastEncryptedDiskUnsupported", Disk with { IsEncrypted = true });

    [Fact]
    public void A_network_disk_is_refused() => Refused("HoldfastDiskTypeUnsupported", Disk with { SourceType = "network", SourcePath = null });

    [Fact]
    public void An_excluded_disk_that_the_vm_lacks_is_refused() =>
        Refused("HoldfastDiskNotInVm", Disk, new BackupOptions { ExcludedDisks = ["vdz"] });

    [Fact]
    public void A_vm_without_disks_has_nothing_to_back_up() => Assert.Equal(
        "HoldfastNothingToBackUp", Assert.Throws<FaultException>(() => Plan([], null)).Fault.Code.ToString());

    [Fact]
    public void A_list_names_the_obstacle_that_a_run_would_meet()
    {
        Assert.Null(BackupPlanner.ObstacleOf("vm", Disk));
        Assert.Equal("HoldfastDiskSkipped", Obstacle(Disk with { IsReadOnly = true, IsEncrypted = true }));
        Assert.Equal("HoldfastEncryptedDiskUnsupported", Obstacle(Disk with { IsEncrypted = true, TrackingObstacle = "no bitmaps" }));
        Assert.Null(BackupPlanner.ObstacleOf("vm1", Disk with { IsEncrypted = true, EncryptionSecret = new(Guid.Empty, null, "") }));
        Assert.Equal("HoldfastDiskWithoutImage", Obstacle(Disk with { SourceType = "none", SourcePath = null, Format = null }));
        Assert.Equal("HoldfastDiskNotTrackable", Obstacle(Disk with { TrackingObstacle = "no bitmaps" }));

        static string? Obstacle(DiskFacts disk) => BackupPlanner.ObstacleOf("vm", disk)?.Code.ToString();
    }

    private static void Refused(string code, DiskFacts disk, BackupOptions? options = null) =>
        Assert.Equal(code, Assert.Throws<FaultException>(() => Plan([disk], null, options)).Fault.Code.ToString());

    private static string? WhyWhole(DiskFacts disk, BasePoint? basePoint) => Plan([disk], basePoint).Disks[0].Reason?.Code.ToString();

    private static BackupPlan Plan(IReadOnlyList<DiskFacts> disks, BasePoint? basePoint, BackupOptions? options = null) =>
        BackupPlanner.Make("vm", disks, basePoint?.Point, basePoint, false, options ?? new BackupOptions(), ChunkSize);

    private static BasePoint BaseOf(DiskFacts disk) => BaseOf([disk], [disk.Target]);

    private static BasePoint BaseOf(IReadOnlyList<DiskFacts> disks, string[] tracked)
    {
        var id = new PointId(Guid.NewGuid());
        var point = new Point(
            Vault, new SourceId(Guid.NewGuid()), id, DateTimeOffset.UnixEpoch,
            [.. disks.Select(d => new PointDisk(d.Target, d.SizeBytes, ChunkSize, d.Chain[0].ToString(), default))], [], default,
            new PointStatistics(0, 0, 0, 0, 0), RetentionMark.None);
        var details = new PointDetails { Kind = SourceKind.VirtualMachine, Name = "vm", Host = "h", Consistency = Consistency.Crash, Disks = [] };
        return new BasePoint(new RecoveryPoint(point, details), new TrackingName(Vault, id).ToString(), tracked.ToHashSet());
    }
}
