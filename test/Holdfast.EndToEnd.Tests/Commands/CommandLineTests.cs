using System.Globalization;
using System.Text.Json;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Commands;

/// <summary>What options promise, seen on the points that they lead to.</summary>
public sealed class CommandLineTests(Host host)
{
    private static readonly DiskSpec Disk = new("vda") { SizeMiB = 16 };

    [Fact]
    public async Task A_point_keeps_the_note_and_the_date_and_is_verified_and_stays_until_then()
    {
        await using var vm = await BareVm.DefineAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await BareVm.WriteImageAsync(vm.Disks[0].Path, "qcow2", 0, 2048, 0x11);
        await vm.BackUpAsync(node);

        var run = (await node.RunAsync(
            "backup", vm.Name, "--note", "before the upgrade", "--retain-until", "2999-12-31", "--verify-after")).Backup;

        var point = (await node.RunAsync("points", "show", vm.Name, "--point", run.Point)).Succeeded().Json;
        Assert.Equal("before the upgrade", point.GetProperty("note").GetString());
        Assert.Equal(2999, point.GetProperty("retainUntil").GetDateTimeOffset().AddDays(-2).Year);
        Assert.Equal(
            "HoldfastPointProtected", (await node.RunAsync("points", "delete", vm.Name, "--point", run.Point, "--yes")).FaultCode);
        Assert.Equal(2, (await node.PointsAsync(vm.Name)).Count);
    }

    [Fact]
    public async Task A_backup_that_cannot_be_read_back_says_so_where_that_is_asked()
    {
        await using var vm = await BareVm.DefineAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await BareVm.WriteImageAsync(vm.Disks[0].Path, "qcow2", 0, 2048, 0x11);
        await using var process = await node.StartPausedAsync("CommitPoint:after", "backup", vm.Name, "--verify-after");
        foreach (var pack in Directory.EnumerateFiles(Path.Combine(node.Vault, "packs"), "*", SearchOption.AllDirectories))
            File.Delete(pack);

        process.Resume();
        var result = await process.EndAsync();

        Assert.Equal(5, result.ExitCode);
        Assert.Equal("HoldfastDamageFound", result.FaultCode);
    }

    [Fact]
    public async Task A_limited_read_takes_its_time_and_is_right()
    {
        await using var vm = await BareVm.DefineAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await BareVm.WriteImageAsync(vm.Disks[0].Path, "qcow2", 0, 12 << 10, 0x11);

        var run = (await node.RunAsync("backup", vm.Name, "--limit-read", "4M")).Backup;

        // 12 MiB at 4 MiB/s; the limiter may let a second's worth through at once.
        Assert.True(run.Json.GetProperty("seconds").GetDouble() >= 1.5, run.Json.ToString());
        await vm.CompareImagesAsync(node, vm.Name, run.Point, vm.Disks);
    }

    [Fact]
    public async Task What_was_read_is_what_came_from_the_disk_not_the_zeros_known_beforehand()
    {
        await using var vm = await BareVm.DefineAsync(host, Disk with { SizeMiB = 1024 });
        var node = await Node.CreateAsync(host);
        await BareVm.WriteImageAsync(vm.Disks[0].Path, "qcow2", 0, 2048, 0x11);
        var run = await vm.BackUpAsync(node);

        var point = (await node.RunAsync("points", "show", vm.Name)).Succeeded().Json;

        Assert.Equal(1L << 30, point.GetProperty("logicalBytes").GetInt64());
        Assert.Equal(run.ReadBytes, point.GetProperty("readBytes").GetInt64());
        Assert.InRange(run.ReadBytes, 2 << 20, 4 << 20);
    }

    [Fact]
    public async Task The_last_good_point_is_deleted_only_where_that_is_said_and_of_several_all_or_none()
    {
        await using var vm = await BareVm.DefineAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        var points = new List<string>();
        for (var i = 1; i <= 3; i++)
        {
            await BareVm.WriteImageAsync(vm.Disks[0].Path, "qcow2", 0, 1024 * i, (byte)i);
            points.Add((await vm.BackUpAsync(node)).Point);
        }

        string[] all = ["points", "delete", vm.Name, "--yes", .. points.SelectMany(p => new[] { "--point", p })];
        Assert.Equal("HoldfastLastGoodPoint", (await node.RunAsync(all)).FaultCode);
        Assert.Equal(points, await node.PointsAsync(vm.Name));
        (await node.RunAsync("points", "delete", vm.Name, "--yes", "--point", points[0], "--point", points[2])).Succeeded();
        Assert.Equal("HoldfastLastGoodPoint", (await node.RunAsync("points", "delete", vm.Name, "--yes", "--point", points[1])).FaultCode);
        Assert.Equal([points[1]], await node.PointsAsync(vm.Name));
        (await node.RunAsync("points", "delete", vm.Name, "--yes", "--point", points[1], "--even-last")).Succeeded();
        Assert.Empty(await node.PointsAsync(vm.Guest.Uuid.ToString()));
    }

    [Fact]
    public async Task Vms_of_one_name_are_told_apart_by_their_uuids_also_when_they_are_gone()
    {
        await using var first = await BareVm.DefineAsync(host, Disk);
        await using var second = await BareVm.DefineAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await BareVm.WriteImageAsync(first.Disks[0].Path, "qcow2", 0, 1024, 0x11);
        await BareVm.WriteImageAsync(second.Disks[0].Path, "qcow2", 0, 1024, 0x22);
        var name = host.NewName("same");
        var points = new List<string>();
        foreach (var vm in (BareVm[])[first, second])
        {
            await vm.Guest.RenameAsync(name);
            points.Add((await vm.BackUpAsync(node)).Point);
            await Tool.VirshAsync("undefine", name);
        }

        var ambiguous = await node.RunAsync("restore", name, "--disks-to", host.NewFolder("none"));

        Assert.Equal("HoldfastSourceAmbiguous", ambiguous.FaultCode);
        Assert.Contains(first.Guest.Uuid.ToString(), ambiguous.Text, StringComparison.Ordinal);
        Assert.Contains(second.Guest.Uuid.ToString(), ambiguous.Text, StringComparison.Ordinal);
        foreach (var (vm, point) in new[] { (first, points[0]), (second, points[1]) })
            await vm.CompareImagesAsync(node, vm.Guest.Uuid.ToString(), point, vm.Disks);
    }

    [Fact]
    public async Task A_vm_that_was_renamed_and_undefined_is_restored_by_its_last_name_and_its_uuid()
    {
        await using var vm = await BareVm.DefineAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await BareVm.WriteImageAsync(vm.Disks[0].Path, "qcow2", 0, 1024, 0x11);
        var older = (await vm.BackUpAsync(node)).Point;
        var read = await FrozenExport.ReadImageAsync(host, vm.Disks[0]);
        await vm.Guest.RenameAsync(host.NewName("renamed"));
        await BareVm.WriteImageAsync(vm.Disks[0].Path, "qcow2", 0, 1024, 0x22);
        var newer = (await vm.BackUpAsync(node)).Point;
        await Tool.VirshAsync("undefine", vm.Name);

        Assert.Equal([older, newer], await node.PointsAsync(vm.Guest.Uuid.ToString()));
        await Tool.RunAsync("cmp", read, (await node.RestoreDisksAsync(vm.Guest.Uuid.ToString(), older))["vda"]);
        await vm.CompareImagesAsync(node, vm.Name, newer, vm.Disks);
    }

    [Theory]
    [InlineData("qemu+ssh://root@elsewhere.example/system")]
    [InlineData("qemu+tcp://elsewhere.example/system")]
    public async Task A_remote_libvirt_is_refused_by_name(string uri)
    {
        var node = await Node.CreateAsync(host);

        var result = await node.RunAsync("backup", "web1", "--connect", uri);

        Assert.Equal("HoldfastRemoteUriUnsupported", result.FaultCode);
        Assert.Contains(uri, result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public async Task Disks_restored_to_files_are_of_the_format_asked_for_thin_and_right(string format)
    {
        await using var vm = await BareVm.DefineAsync(host, Disk with { SizeMiB = 512 }, new DiskSpec("vdb") { SizeMiB = 8, Format = "raw" });
        var node = await Node.CreateAsync(host);
        await BareVm.WriteImageAsync(vm.Disks[0].Path, "qcow2", 300 << 10, 1024, 0x11);
        await BareVm.WriteImageAsync(vm.Disks[1].Path, "raw", 1024, 1024, 0x22);
        var point = (await vm.BackUpAsync(node)).Point;

        var images = await node.RestoreDisksAsync(vm.Name, point, format);

        foreach (var disk in vm.Disks)
        {
            using var info = JsonDocument.Parse(await Tool.RunAsync("qemu-img", "info", "--output=json", "-f", format, images[disk.Target]));
            Assert.True(info.RootElement.GetProperty("actual-size").GetInt64() < 4 << 20, info.RootElement.ToString());
            var used = await Tool.RunAsync("du", "--block-size=1", images[disk.Target]);
            Assert.True(long.Parse(used.Split('\t')[0], CultureInfo.InvariantCulture) < 4 << 20, used);
            await Tool.RunAsync("qemu-img", "compare", "-f", disk.Format, "-F", format, disk.Path, images[disk.Target]);
        }
    }
}
