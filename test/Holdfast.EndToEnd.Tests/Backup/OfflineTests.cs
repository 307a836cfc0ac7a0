using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Backup;

/// <summary>VMs that are shut off, and image files that no VM uses.</summary>
public sealed class OfflineTests(Host host)
{
    [Fact]
    public async Task A_shut_off_vm_is_read_and_the_chain_of_the_running_one_is_kept()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.TwoDisks);
        var node = await Node.CreateAsync(host);
        await guest.Agent.WriteFilesAsync("/data/off", 4, 512);
        await node.BackUpAsync(guest);
        var checkpoints = await guest.CheckpointsAsync();
        await guest.Agent.WriteFilesAsync("/data2/off", 4, 512);
        await guest.ShutdownAsync();

        var run = await node.BackUpAsync(guest);

        Assert.Equal(checkpoints, await guest.CheckpointsAsync());
        var restored = await node.RestoreDisksAsync(guest.Name, run.Point);
        foreach (var disk in guest.Disks)
            await Tool.RunAsync("cmp", await FrozenExport.ReadImageAsync(host, disk), restored[disk.Target]);
        await guest.StartAsync();
        await guest.Agent.WriteFilesAsync("/data/on", 1, 512);
        var next = await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();
        Assert.Equal("incremental", next.Mode("vda"));
    }

    [Fact]
    public async Task A_vm_cannot_be_started_while_its_image_is_read_and_can_be_afterwards()
    {
        await using var guest = await Guest.DefineAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        await using (var process = await node.StartPausedAsync("Transfer:before", "backup", guest.Name))
        {
            Assert.NotEqual(0, (await Tool.TryVirshAsync("start", guest.Name)).ExitCode);
            process.Resume();
            var ended = await process.EndAsync();
            Assert.NotEqual("failed", ended.Backup.Outcome);
        }

        await guest.StartAsync();
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("raw")]
    public async Task An_image_file_that_no_vm_uses_is_backed_up(string format)
    {
        var node = await Node.CreateAsync(host);
        var disk = await Guest.CreateDiskAsync(DiskSpec.Ext4("vda") with { Format = format }, Path.Combine(host.NewFolder("image"), "disk." + format));

        var run = (await node.RunAsync("backup", "--image", disk.Path)).Succeeded().Backup;

        var restored = await node.RestoreDisksAsync(run.Json.GetProperty("uuid").GetString()!, run.Point);
        await Tool.RunAsync("cmp", await FrozenExport.ReadImageAsync(host, disk), Assert.Single(restored).Value);
    }
}
