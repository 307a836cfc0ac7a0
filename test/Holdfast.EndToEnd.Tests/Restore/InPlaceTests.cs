using System.Xml.Linq;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Restore;

/// <summary>A VM is put back in place: all of its disks, or none, whatever happens in between.</summary>
public sealed class InPlaceTests(Host host)
{
    [Fact]
    public async Task A_running_vm_is_not_restored_over()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(guest);

        Assert.Equal("HoldfastVmMustBeOff", (await node.RunAsync("restore", guest.Name, "--in-place")).FaultCode);
        Assert.Equal("running", await guest.StateAsync());
    }

    [Fact]
    public async Task A_vm_restored_in_place_has_its_old_files_and_its_next_backup_says_why_it_reads_everything()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.TwoDisks);
        var node = await Node.CreateAsync(host);
        await guest.Agent.WriteFilesAsync("/data/kept", 4, 256);
        var sums = await guest.Agent.ChecksumsAsync("/data");
        var first = await node.BackUpAsync(guest);
        await guest.Agent.RunAsync("rm -r /data/kept; echo ransom >/data/note; sync");
        await guest.ShutdownAsync();

        (await node.RunAsync("restore", guest.Name, "--in-place")).Succeeded();

        await guest.StartAsync();
        Assert.Equal(sums, await guest.Agent.ChecksumsAsync("/data"));
        var next = await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();
        Assert.Equal("full", next.Mode("vda"));
        Assert.Equal("HoldfastFullAfterInPlaceRestore", next.Reason("vda"));
        Assert.True(next.StoredBytes < first.StoredBytes / 2, $"{next.StoredBytes} after {first.StoredBytes}");
        Assert.Equal("incremental", (await node.BackUpAsync(guest)).Mode("vda"));
    }

    [Fact]
    public async Task A_running_vm_is_shut_down_restored_and_started_where_that_is_asked()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        await guest.Agent.WriteFilesAsync("/data/kept", 4, 64);
        var sums = await guest.Agent.ChecksumsAsync("/data");
        await node.BackUpAsync(guest);
        await guest.Agent.RunAsync("rm -r /data/kept; sync");

        (await node.RunAsync("restore", guest.Name, "--in-place", "--shutdown", "--start")).Succeeded();

        await guest.Agent.AwaitAsync();
        Assert.Equal(sums, await guest.Agent.ChecksumsAsync("/data"));
    }

    [Fact]
    public async Task A_vm_shut_down_for_a_restore_that_is_cancelled_or_killed_before_the_exchange_runs_again()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(guest);
        await guest.Agent.WriteFilesAsync("/data/since", 2, 64);
        var sums = await guest.Agent.ChecksumsAsync("/data");
        string[] restore = ["restore", guest.Name, "--in-place", "--shutdown"];

        await using (var process = await node.StartPausedAsync("WriteImage:after", restore))
        {
            Assert.Equal("shut off", await guest.StateAsync());
            await process.SignalAsync("INT");
            process.Resume();
            Assert.Equal(130, (await process.EndAsync()).ExitCode);
        }

        await guest.Agent.AwaitAsync();
        Assert.Equal(sums, await guest.Agent.ChecksumsAsync("/data"));

        await node.RunUntilKilledAsync("WriteImage:after", restore);
        Assert.Equal("shut off", await guest.StateAsync());
        (await node.RunAsync("vm", "list")).Succeeded();

        await guest.Agent.AwaitAsync();
        Assert.Equal(sums, await guest.Agent.ChecksumsAsync("/data"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(node.State, "restores")));
    }

    [Fact]
    public async Task A_vm_that_was_asked_to_shut_down_for_a_restore_that_is_cancelled_meanwhile_runs_again()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(guest);
        await guest.Agent.RunAsync(
            @"printf '#!/bin/sh\necho ASKED >/dev/console\n(sleep 8; sync; busybox poweroff -f) >/dev/null 2>&1 &\n' >/sbin/shutdown");
        await using var process = await node.StartPausedAsync("WriteRestoreJournal:after", "restore", guest.Name, "--in-place", "--shutdown");
        process.Resume();
        await Eventually.TrueAsync("the guest is asked", WasAsked);

        await process.SignalAsync("INT");

        Assert.Equal(130, (await process.EndAsync()).ExitCode);
        await Eventually.TrueAsync("the guest boots again", () => !WasAsked());
        await guest.Agent.AwaitAsync();
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(node.State, "restores")));

        // The console's log begins anew with each start.
        bool WasAsked() => guest.ConsoleLog().Contains("ASKED", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vm_that_is_gone_comes_back_in_its_own_place_with_its_own_name_uuid_and_address()
    {
        await using var vm = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 4 }, new DiskSpec("vdb") { SizeMiB = 4, Format = "raw" });
        await vm.RedefineAsync(xml => xml.Element("devices")!.Add(XElement.Parse("<interface type='user'><mac address='52:54:00:12:34:59'/></interface>")));
        var node = await Node.CreateAsync(host);
        foreach (var disk in vm.Disks)
            await BareVm.WriteImageAsync(disk.Path, disk.Format, 0, 1024, 0x11);
        var point = (await vm.BackUpAsync(node)).Point;
        var before = await vm.Guest.XmlAsync("--inactive");
        await Tool.VirshAsync("undefine", vm.Name);
        foreach (var disk in vm.Disks)
            File.Delete(disk.Path);

        Assert.NotEqual(0, (await node.RunAsync("restore", vm.Name, "--in-place")).ExitCode);
        (await node.RunAsync("restore", vm.Name, "--in-place", "--with-config", "--start")).Succeeded();

        await Tool.VirshAsync("destroy", vm.Name);
        Assert.True(XNode.DeepEquals(before, await vm.Guest.XmlAsync("--inactive")), "the definition is the saved one");
        await vm.CompareImagesAsync(node, vm.Name, point, vm.Disks);
    }

    [Fact]
    [Condition("R01", Proof.Provocation)]
    public async Task R01_An_address_that_another_vm_has_now_keeps_the_saved_configuration_out()
    {
        const string mac = "52:54:00:12:34:58";
        var card = new XElement("interface", new XAttribute("type", "user"), new XElement("mac", new XAttribute("address", mac)));
        await using var vm = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 4 });
        await vm.RedefineAsync(xml => xml.Element("devices")!.Add(card));
        var node = await Node.CreateAsync(host);
        await BareVm.WriteImageAsync(vm.Disks[0].Path, "qcow2", 0, 1024, 0x11);
        await vm.BackUpAsync(node);
        await BareVm.WriteImageAsync(vm.Disks[0].Path, "qcow2", 0, 1024, 0x22);
        await vm.RedefineAsync(xml => xml.Descendants("interface").Remove());
        await using var other = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 4 });
        await other.RedefineAsync(xml => xml.Element("devices")!.Add(card));

        var refused = await node.RunAsync("restore", vm.Name, "--in-place", "--with-config");

        Assert.Equal("HoldfastMacAddressTaken", refused.FaultCode);
        await Tool.RunAsync("qemu-io", "-r", "-f", "qcow2", "-c", "read -P 0x22 0 1M", vm.Disks[0].Path);
        (await node.RunAsync("restore", vm.Name, "--in-place")).Succeeded();
        Assert.Empty((await vm.Guest.XmlAsync("--inactive")).Descendants("interface"));
    }
}
