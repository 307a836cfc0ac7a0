using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Restore;

/// <summary>
/// The power fails during a restore in place of a VM that starts with its host. A user's own libvirt stands for the host: its daemon is ended
/// and started again, and what it keeps below /run, which a reboot empties, is taken away, so that it really starts such VMs by itself.
/// </summary>
public sealed class AutostartTests(Host host)
{
    private const int Old = 0x22;
    private const int Restored = 0x11;

    [Fact]
    public async Task A_vm_that_libvirt_starts_at_boot_after_a_power_cut_in_mid_restore_has_all_disks_of_one_time()
    {
        await using var libvirt = await UserLibvirt.StartAsync();
        var spec = new GuestSpec([new DiskSpec("vda") { SizeMiB = 4, FileSystem = null }, new DiskSpec("vdb") { SizeMiB = 4, FileSystem = null }]) { Libvirt = libvirt };
        await using var vm = await Guest.DefineAsync(host, spec);
        var node = await Node.CreateAsync(host, libvirt);
        await FillAsync(vm, libvirt, Restored);
        var point = (await node.BackUpAsync(vm, "--consistency", "crash")).Point;
        await libvirt.VirshAsync("autostart", vm.Name);
        var running = 0;
        foreach (var gate in (string[])["WriteImage:after", "SealRestoreJournal:after", "MoveOldImage:after", "PlaceNewImage:after"])
        {
            await FillAsync(vm, libvirt, Old);
            await node.RunUntilKilledAsync(gate, "restore", vm.Name, "--in-place", "--point", point);

            await RebootAsync(libvirt);

            var runs = await vm.StateAsync() == "running";
            if (runs)
            {
                running++;
                Assert.Contains(await PatternAsync(vm), (int[])[Old, Restored]);
            }

            (await node.RunAsync("vm", "list")).Succeeded();
            if (runs)
                await vm.DestroyAsync();
            (await node.RunAsync("vm", "list")).Succeeded();
            Assert.Contains(await PatternAsync(vm), (int[])[Old, Restored]);
            (await node.RunAsync("restore", vm.Name, "--in-place", "--point", point)).Succeeded();
            Assert.Equal(Restored, await PatternAsync(vm));
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(node.State, "restores")));
        }

        // libvirt did start it by itself where its images were in place.
        Assert.InRange(running, 1, 4);
    }

    private static async Task RebootAsync(UserLibvirt libvirt)
    {
        await libvirt.StopDaemonAsync();
        foreach (var mark in Directory.EnumerateFiles(libvirt.Environment["XDG_RUNTIME_DIR"], "autostarted", SearchOption.AllDirectories).ToList())
            File.Delete(mark);
        await libvirt.StartDaemonAsync();
    }

    private static async Task FillAsync(Guest vm, UserLibvirt libvirt, int pattern)
    {
        await DiskPatterns.FillAsync(vm.Disks, pattern);
        await libvirt.GiveAsync(vm.Folder);
    }

    private static Task<int> PatternAsync(Guest vm) => DiskPatterns.FindAsync(vm.Disks, Old, Restored);
}
