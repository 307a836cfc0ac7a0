using System.Globalization;
using System.Security.Cryptography;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Health;

/// <summary>Conditions of VMs, hosts and stores that need no operating system in a guest.</summary>
public sealed class VmConditionTests(Host host)
{
    [Fact]
    [Condition("B01", Proof.Provocation)]
    public async Task B01_vm_undefined_while_it_has_points_is_gone_and_another_of_its_name_is_not_it()
    {
        var node = await Node.CreateAsync(host);
        await using var vm = await Guest.DefineAsync(host, GuestSpec.OneDisk);
        await node.BackUpAsync(vm, "--consistency", "crash");
        (await Examination.OfAsync(node, vm.Name)).Result.Succeeded();

        var xml = await vm.XmlAsync("--inactive");
        await Tool.VirshAsync("undefine", vm.Name);
        (await Examination.OfAsync(node, vm.Name)).Raised("UserErrorVmNotFoundV2");

        xml.SetElementValue("uuid", Guid.NewGuid());
        var file = Path.Combine(vm.Folder, "again.xml");
        await File.WriteAllTextAsync(file, xml.ToString());
        await Tool.VirshAsync("define", file);
        (await Examination.OfAsync(node, vm.Name)).Raised("HoldfastRebindProposed");
    }

    [Fact]
    [Condition("B02", Proof.Provocation)]
    public async Task B02_host_out_of_reach_is_not_a_vm_that_is_gone()
    {
        var node = await Node.CreateAsync(host);
        await using var vm = await Guest.DefineAsync(host, GuestSpec.OneDisk);
        await node.BackUpAsync(vm, "--consistency", "crash");
        var found = await Examination.OfAsync(node, vm.Name, "--connect", $"qemu+unix:///system?socket={node.Folder}/no-such-socket");
        found.Raised("HoldfastHypervisorUnreachable");
        Assert.Equal("unknown", found["exists"].Outcome);
    }

    [Fact]
    [Condition("A03", Proof.Provocation)]
    [Condition("A05", Proof.Provocation)]
    [Condition("B13", Proof.Provocation)]
    public async Task A03_A05_B13_vm_without_channel_is_named_and_gets_one()
    {
        var node = await Node.CreateAsync(host);
        await using var vm = await BareVm.StartAsync(host, DiskSpec.Ext4("vda"));
        Assert.Contains("HoldfastAgentChannelMissing", (await Examination.OfAsync(node, vm.Name)).Codes);

        var fixedOnes = await Examination.OfAsync(node, vm.Name, "--fix", "--yes");
        var remedy = Assert.Single(fixedOnes.Result.Json.GetProperty("remedies").EnumerateArray(), r => r.GetProperty("kind").GetString() == "attachChannel");
        Assert.Equal(("safe", "done"), (remedy.GetProperty("grade").GetString(), remedy.GetProperty("outcome").GetString()));
        Assert.Contains(
            "org.qemu.guest_agent.0", (await vm.Guest.XmlAsync("--inactive")).Descendants("channel").Select(c => c.Element("target")!.Attribute("name")!.Value));
        (await node.RunAsync("agent", "attach-channel", vm.Name)).Succeeded();
    }

    [Fact]
    [Condition("B10", Proof.Provocation)]
    public async Task B10_backup_job_of_another_tool_is_named()
    {
        var node = await Node.CreateAsync(host);
        await using var vm = await BareVm.StartAsync(host, DiskSpec.Ext4("vda"));
        var folder = host.NewFolder("other");
        await Tool.RunAsync("chmod", "777", folder);
        var backup = Path.Combine(folder, "backup.xml");
        await File.WriteAllTextAsync(backup, $"""
            <domainbackup mode='pull'><server transport='unix' socket='{folder}/nbd.sock'/>
              <disks><disk name='vda' backup='yes' type='file'><scratch file='{folder}/scratch.qcow2'/></disk></disks></domainbackup>
            """);
        await Tool.VirshAsync("backup-begin", vm.Name, backup);
        try
        {
            Assert.Contains("ExtensionOperationInProgress", (await Examination.OfAsync(node, vm.Name)).Codes);
            Assert.True(await vm.Guest.HasBackupJobAsync());
        }
        finally
        {
            await Tool.VirshAsync("domjobabort", vm.Name);
        }
    }

    [Fact]
    [Condition("B06", Proof.Provocation)]
    public async Task B06_scratch_and_store_short_of_room_are_told_apart()
    {
        var node = await Node.CreateAsync(host);
        await using var scratch = await SmallFileSystem.MountAsync(host, 8);
        node.Environment["HOLDFAST_SCRATCH"] = scratch.Folder;
        (await Examination.OfAsync(node)).Raised("HoldfastScratchSpaceShort");

        node.Environment.Remove("HOLDFAST_SCRATCH");
        await using var store = await SmallFileSystem.MountAsync(host, 16);
        node.Environment["HOLDFAST_VAULT"] = Path.Combine(store.Folder, "vault");
        (await node.RunAsync("vault", "init", "--recovery-key-file", Path.Combine(node.Folder, "second-key"))).Succeeded();
        (await Examination.OfAsync(node)).Raised("HoldfastVaultSpaceShort");
    }

    [Fact]
    [Condition("B05", Proof.Provocation)]
    public async Task B05_bitmap_removed_behind_libvirts_back_is_named_and_its_checkpoint_dropped()
    {
        var node = await Node.CreateAsync(host);
        await using var vm = await BareVm.StartAsync(host, DiskSpec.Ext4("vda"));
        await vm.BackUpAsync(node);
        var checkpoint = Assert.Single(await vm.Guest.CheckpointsAsync());
        await vm.StopAsync();
        await Tool.RunAsync("qemu-img", "bitmap", "--remove", vm.Disks[0].Path, checkpoint);
        await vm.StartAsync();

        Assert.Contains("HoldfastChangeTrackingLost", (await Examination.OfAsync(node, vm.Name)).Codes);
        Assert.Equal([checkpoint], await vm.Guest.CheckpointsAsync());
        await Examination.OfAsync(node, vm.Name, "--fix", "--yes");
        Assert.Empty(await vm.Guest.CheckpointsAsync());
    }

    [Fact]
    public async Task What_a_killed_run_left_is_named_and_cleaned_up()
    {
        var node = await Node.CreateAsync(host);
        await using var vm = await BareVm.StartAsync(host, DiskSpec.Ext4("vda"));
        await node.RunUntilKilledAsync("BackupBegin:after", "backup", vm.Name, "--consistency", "crash");

        Assert.True(await vm.Guest.HasBackupJobAsync());

        var found = await Examination.OfAsync(node, vm.Name, "--fix", "--yes");
        Assert.Contains("HoldfastLeftoverOfDeadRun", found.Codes);
        Assert.DoesNotContain("ExtensionOperationInProgress", found.Codes);
        Assert.False(await vm.Guest.HasBackupJobAsync());
    }

    [Fact]
    [Condition("R03", Proof.Provocation)]
    public async Task R03_network_that_a_restore_would_miss_is_named_inactive_or_unknown()
    {
        var node = await Node.CreateAsync(host);
        var network = host.NewName("net");
        await using var vm = await Guest.DefineAsync(
            host, GuestSpec.OneDisk with { DevicesXml = $"<interface type='network'><source network='{network}'/></interface>" });
        (await Examination.OfAsync(node, vm.Name)).Raised("HoldfastNetworkNotFound");

        var file = Path.Combine(vm.Folder, "network.xml");
        await File.WriteAllTextAsync(file, $"<network><name>{network}</name></network>");
        await Tool.VirshAsync("net-define", file);
        try
        {
            (await Examination.OfAsync(node, vm.Name)).Raised("HoldfastNetworkInactive");
        }
        finally
        {
            await Tool.VirshAsync("net-undefine", network);
        }
    }

    [Fact]
    [Condition("B04", Proof.Provocation)]
    [Condition("B24", Proof.Provocation)]
    [Condition("S03", Proof.Provocation)]
    public async Task B04_B24_S03_guest_paused_on_an_io_error_and_guest_halted_are_told_apart_from_a_silent_agent()
    {
        var node = await Node.CreateAsync(host);
        await using var small = await SmallFileSystem.MountAsync(host, 24);
        await using var guest = await Guest.DefineAsync(host, GuestSpec.OneDisk);
        await guest.RedefineAsync([await Guest.CreateDiskAsync(DiskSpec.Ext4("vda"), Path.Combine(small.Folder, "vda.qcow2"))]);
        await guest.StartAsync();
        await using var console = await guest.OpenConsoleAsync();

        await console.SendAsync("dd if=/dev/urandom of=/data/fill bs=1M count=60; sync");
        await Eventually.TrueAsync("the guest is paused", async () => await guest.StateAsync() == "paused");
        (await Examination.OfAsync(node, guest.Name)).Raised("UserErrorVmProvisioningStateFailed");

        await Tool.RunAsync("mount", "-o", "remount,size=200M", small.Folder);
        await Tool.VirshAsync("resume", guest.Name);
        await guest.Agent.AwaitAsync();

        await guest.Agent.RunAsync("echo 1 >/sys/fs/ext4/vda/trigger_fs_error");
        (await Examination.OfAsync(node, guest.Name)).Raised("HoldfastFileSystemUnclean");

        await console.SendAsync("busybox halt -f");
        await Eventually.TrueAsync("the guest is halted", () => guest.ConsoleLog().Contains("reboot: System halted", StringComparison.Ordinal));
        (await Examination.OfAsync(node, guest.Name)).Raised("HoldfastGuestHalted");
    }

    [Fact]
    [Condition("N07", Proof.Provocation)]
    [Condition("N08", Proof.Provocation)]
    public async Task N07_N08_address_set_in_the_guest_is_told_from_one_that_the_network_does_not_reserve()
    {
        var node = await Node.CreateAsync(host);
        var network = host.NewName("net");
        var subnet = string.Create(CultureInfo.InvariantCulture, $"10.253.{RandomNumberGenerator.GetInt32(1, 255)}");
        var file = Path.Combine(host.NewFolder("network"), "network.xml");
        await File.WriteAllTextAsync(file, $"""
            <network><name>{network}</name>
              <ip address='{subnet}.1' netmask='255.255.255.0'><dhcp><range start='{subnet}.2' end='{subnet}.200'/></dhcp></ip></network>
            """);
        await Tool.VirshAsync("net-define", file);
        await Tool.VirshAsync("net-start", network);
        try
        {
            await using var guest = await Guest.BootAsync(
                host, GuestSpec.OneDisk with { DevicesXml = $"<interface type='network'><source network='{network}'/><model type='virtio'/></interface>" });
            await Eventually.TrueAsync(
                "the guest has an address", async () => (await guest.Agent.RunAsync("ip -4 addr show eth0")).Contains(subnet, StringComparison.Ordinal));
            (await Examination.OfAsync(node, guest.Name)).Raised("HoldfastAddressNotReserved");

            await Examination.OfAsync(node, guest.Name, "--fix", "--yes");
            var mac = (await guest.XmlAsync()).Descendants("mac").Single().Attribute("address")!.Value;
            Assert.Contains($"mac='{mac}'", await Tool.VirshAsync("net-dumpxml", network, "--inactive"), StringComparison.Ordinal);
            (await Examination.OfAsync(node, guest.Name)).Result.Succeeded();

            await guest.Agent.RunAsync($"killall udhcpc; ip addr flush dev eth0; ip addr add {subnet}.250/24 dev eth0");
            (await Examination.OfAsync(node, guest.Name)).Raised("HoldfastStaticAddressInGuest");
        }
        finally
        {
            await Tool.VirshAsync("net-destroy", network);
            await Tool.VirshAsync("net-undefine", network);
        }
    }
}
