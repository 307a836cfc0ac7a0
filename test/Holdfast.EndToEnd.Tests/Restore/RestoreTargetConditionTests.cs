using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using Holdfast.EndToEnd.Tests.Harness;
using Holdfast.EndToEnd.Tests.Health;

namespace Holdfast.EndToEnd.Tests.Restore;

/// <summary>The place that a restore goes to doesn't do: pool, network, quota or rights. It is named before anything is made there, or nothing is left.</summary>
public sealed class RestoreTargetConditionTests(RestoreConflictTests.SavedVm saved, Host host) : IClassFixture<RestoreConflictTests.SavedVm>
{
    [Fact]
    [Condition("R07", Proof.Provocation)]
    public async Task R07_pool_of_an_unfit_type_is_told_apart_from_one_that_is_read_only()
    {
        var logical = host.NewName("pool");
        await Tool.VirshAsync("pool-define-as", logical, "logical", "--source-name", "hf-no-such-group", "--target", "/dev/hf-no-such-group");
        try
        {
            await RefusedAsync("HoldfastPoolTypeUnsupported", "--pool", logical);
        }
        finally
        {
            await Tool.VirshAsync("pool-undefine", logical);
        }

        await using var store = await SmallFileSystem.MountAsync(host, 64);
        await InPoolAsync(store.Folder, async pool =>
        {
            await Tool.RunAsync("mount", "-o", "remount,ro", store.Folder);
            await RefusedAsync("HoldfastPoolReadOnly", "--pool", pool);
        });
    }

    [Fact]
    [Condition("R08", Proof.Provocation)]
    public async Task R08_pool_that_is_inactive_is_told_apart_from_one_whose_storage_is_gone()
    {
        var folder = host.NewFolder("pool");
        await InPoolAsync(folder, async pool =>
        {
            await Tool.VirshAsync("pool-destroy", pool);
            await RefusedAsync("HoldfastPoolInactive", "--pool", pool);
            await Tool.VirshAsync("pool-start", pool);
            Directory.Delete(folder);
            await RefusedAsync("HoldfastPoolUnusable", "--pool", pool);
        });
    }

    [Fact]
    [Condition("R09", Proof.Provocation)]
    public async Task R09_quota_of_vms_that_is_reached_is_named_and_disks_are_still_restored()
    {
        var node = saved.Node.OnAnotherMachine();
        Directory.CreateDirectory(node.State);
        await File.WriteAllTextAsync(Path.Combine(node.State, "quotas.json"), """{ "vmsPerHost": 1 }""");
        var (name, folder) = (host.NewName("copy"), host.NewFolder("copy"));

        Assert.Equal("HoldfastQuotaReached", (await node.RunAsync("restore", saved.Guest.Name, "--as", name, "--disks-dir", folder)).FaultCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        (await node.RunAsync("restore", saved.Guest.Name, "--disks-to", folder)).Succeeded();

        await File.WriteAllTextAsync(Path.Combine(node.State, "quotas.json"), """{ "vmsPerHost": 1000 }""");
        (await node.RunAsync("restore", saved.Guest.Name, "--as", name, "--disks-dir", host.NewFolder("copy"))).Succeeded();
        await Guest.RemoveAsync(name);
    }

    [Fact]
    [Condition("R05", Proof.Provocation)]
    public async Task R05_network_without_a_free_address_is_named_by_restore_and_examination()
    {
        await InNetworkAsync(".2", "<host mac='52:54:00:aa:bb:01' ip='SUBNET.2'/>", "", async (network, _) =>
        {
            await RefusedAsync("HoldfastAddressRangeExhausted", "--network", network);
            await using var vm = await BareVm.DefineAsync(host, OnNetwork(network, "52:54:00:aa:bb:02"));
            var found = await Examination.OfAsync(saved.Node, vm.Name);
            Assert.Equal("HoldfastAddressRangeExhausted", found["networks"].Code);
            Assert.DoesNotContain(found.Codes, c => c is "HoldfastNetworkInactive" or "HoldfastNetworkNotFound");
        });
        await InNetworkAsync(".3", "<host mac='52:54:00:aa:bb:01' ip='SUBNET.2'/>", "", async (network, _) =>
        {
            var name = host.NewName("fits");
            (await saved.Node.RunAsync("restore", saved.Guest.Name, "--as", name, "--disks-dir", host.NewFolder("fits"), "--network", network)).Succeeded();
            await Guest.RemoveAsync(name);
        });
    }

    [Theory]
    [InlineData("pc")]
    [InlineData("q35")]
    [Condition("R05", Proof.Provocation)]
    public async Task R05_definition_without_a_free_pci_slot_for_the_network_interface_is_named_before_anything_is_made(string machine) =>
        await InNetworkAsync(".100", "", "", async (network, _) =>
        {
            await using var vm = await BareVm.DefineAsync(host, new DiskSpec("sda") { SizeMiB = 8 });
            await vm.RedefineAsync(xml => FillSlots(xml, machine, leaveOne: false));
            var node = await Node.CreateAsync(host);
            (await vm.TryBackUpAsync(node)).Succeeded();
            var (name, folder) = (host.NewName("full"), host.NewFolder("full"));
            string[] restore = ["restore", vm.Name, "--as", name, "--disks-dir", folder];

            var refused = await node.RunAsync([.. restore, "--network", network]);

            Assert.Equal("HoldfastPciSlotsExhausted", refused.FaultCode);
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
            Assert.Empty(Directory.EnumerateFiles(node.State, "*restore*", SearchOption.AllDirectories));
            Assert.NotEqual(0, (await Tool.TryVirshAsync("dominfo", name)).ExitCode);

            // As it was saved it lacks nothing, and with one slot left the interface has a place.
            (await node.RunAsync(restore)).Succeeded();
            Assert.DoesNotContain("<interface", await Tool.VirshAsync("dumpxml", name, "--inactive"), StringComparison.Ordinal);
            await Guest.RemoveAsync(name);
            await vm.RedefineAsync(xml => FillSlots(xml, machine, leaveOne: true));
            (await vm.TryBackUpAsync(node)).Succeeded();
            (await node.RunAsync("restore", vm.Name, "--as", name, "--disks-dir", host.NewFolder("fits"), "--network", network)).Succeeded();
            Assert.Contains($"<source network='{network}'", await Tool.VirshAsync("dumpxml", name, "--inactive"), StringComparison.Ordinal);
            await Guest.RemoveAsync(name);
        });

    [Fact]
    [Condition("R04", Proof.Provocation)]
    public async Task R04_address_that_was_reserved_for_somebody_else_since_keeps_the_restore_out()
    {
        const string mac = "52:54:00:aa:bb:11";
        await InNetworkAsync(".100", $"<host mac='{mac}' ip='SUBNET.50'/>", "", async (network, subnet) =>
        {
            await using var vm = await BareVm.DefineAsync(host, OnNetwork(network, mac));
            var node = await Node.CreateAsync(host);
            (await vm.TryBackUpAsync(node)).Succeeded();
            (await node.RunAsync("restore", vm.Name, "--in-place")).Succeeded();

            await Tool.VirshAsync("net-update", network, "delete", "ip-dhcp-host", $"<host mac='{mac}' ip='{subnet}.50'/>", "--live");
            await Tool.VirshAsync("net-update", network, "add", "ip-dhcp-host", $"<host mac='52:54:00:aa:bb:12' ip='{subnet}.50'/>", "--live");
            var before = new FileInfo(vm.Disks[0].Path).LastWriteTimeUtc;

            Assert.Equal("HoldfastReservedAddressConflict", (await node.RunAsync("restore", vm.Name, "--in-place")).FaultCode);

            Assert.Equal(before, new FileInfo(vm.Disks[0].Path).LastWriteTimeUtc);
        });
    }

    [Fact]
    [Condition("R10", Proof.Provocation)]
    public async Task R10_subnet_that_the_network_does_not_have_is_named_with_those_that_there_are() =>
        await InNetworkAsync(".100", "", "<portgroup name='office' default='yes'/>", async (network, _) =>
        {
            var result = await RefusedAsync("HoldfastSubnetNotFound", "--network", network, "--subnet", "factory");
            Assert.Contains("office", result.Text, StringComparison.Ordinal);
            var name = host.NewName("fits");
            (await saved.Node.RunAsync(
                "restore", saved.Guest.Name, "--as", name, "--disks-dir", host.NewFolder("fits"), "--network", network, "--subnet", "office")).Succeeded();
            Assert.Contains("portgroup='office'", await Tool.VirshAsync("dumpxml", name, "--inactive"), StringComparison.Ordinal);
            await Guest.RemoveAsync(name);
        });

    [Fact]
    [Condition("R01", Proof.Provocation)]
    public async Task R01_network_with_entries_of_its_own_is_pointed_out_and_the_vm_restored() =>
        await InNetworkAsync(".100", "", "<dns><host ip='SUBNET.9'><hostname>db</hostname></host></dns>", async (network, _) =>
        {
            var name = host.NewName("special");
            var result = (await saved.Node.RunAsync(
                "restore", saved.Guest.Name, "--as", name, "--disks-dir", host.NewFolder("special"), "--network", network)).Succeeded();
            Assert.Contains(
                result.Json.GetProperty("warnings").EnumerateArray(), w => w.GetProperty("code").GetString() == "HoldfastSpecialNetworkSetup");
            await Guest.RemoveAsync(name);
        });

    [Fact]
    [Condition("R11", Proof.Provocation)]
    public async Task R11_right_to_define_vms_that_is_missing_is_named_and_disks_are_still_restored()
    {
        // What comes in by this socket libvirt lets read only.
        string[] restricted = ["--connect", "qemu+unix:///system?socket=/run/libvirt/libvirt-sock-ro"];
        var node = saved.Node.OnAnotherMachine();
        var (name, folder) = (host.NewName("denied"), host.NewFolder("denied"));

        var result = await node.RunAsync(["restore", saved.Guest.Name, "--as", name, "--disks-dir", folder, .. restricted]);

        Assert.Equal("HoldfastDefineDenied", result.FaultCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        (await node.RunAsync(["restore", saved.Guest.Name, "--disks-to", folder, .. restricted])).Succeeded();
        Assert.Equal(saved.Guest.Disks.Count, Directory.EnumerateFiles(folder).Count());
    }

    private static GuestSpec OnNetwork(string network, string mac) => new(new DiskSpec("vda") { SizeMiB = 8 })
    {
        DevicesXml = $"<interface type='network'><mac address='{mac}'/><source network='{network}'/><model type='virtio'/></interface>",
    };

    // A controller in each slot of the first bus that the machine doesn't keep for itself (pc: 0 and 1; q35: 0 and 31).
    private static void FillSlots(XElement domain, string machine, bool leaveOne)
    {
        domain.Element("os")!.Element("type")!.SetAttributeValue("machine", machine);
        var devices = domain.Element("devices")!;
        devices.Elements().Where(e => e.Name.LocalName is "controller" or "rng" or "memballoon" or "input" or "audio" or "video").Remove();
        devices.Descendants("address").Remove();
        devices.Element("disk")!.Element("target")!.SetAttributeValue("bus", "scsi");
        devices.Add(
            new XElement("memballoon", new XAttribute("model", "none")),
            new XElement("controller", new XAttribute("type", "usb"), new XAttribute("model", "none")));
        var first = machine == "pc" ? 2 : 1;
        devices.Add(Enumerable.Range(first, leaveOne ? 29 : 30).Select((slot, index) => new XElement(
            "controller", new XAttribute("type", "scsi"), new XAttribute("index", index), new XAttribute("model", "virtio-scsi"),
            new XElement("address", new XAttribute("type", "pci"), new XAttribute("bus", 0), new XAttribute("slot", slot)))));
    }

    private async Task<CliResult> RefusedAsync(string code, params string[] place)
    {
        var name = host.NewName("refused");
        string[] folder = place.Contains("--pool") ? [] : ["--disks-dir", host.NewFolder("refused")];
        var result = await saved.Node.RunAsync(["restore", saved.Guest.Name, "--as", name, .. folder, .. place]);
        Assert.Equal(code, result.FaultCode);
        Assert.NotEqual(0, (await Tool.TryVirshAsync("dominfo", name)).ExitCode);
        if (folder.Length > 0)
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder[1]));
        return result;
    }

    private async Task InPoolAsync(string folder, Func<string, Task> act)
    {
        var pool = host.NewName("pool");
        await Tool.VirshAsync("pool-define-as", pool, "dir", "--target", folder);
        await Tool.VirshAsync("pool-start", pool);
        try
        {
            await act(pool);
        }
        finally
        {
            await Tool.TryVirshAsync("pool-destroy", pool);
            await Tool.VirshAsync("pool-undefine", pool);
        }
    }

    private async Task InNetworkAsync(string last, string hosts, string elements, Func<string, string, Task> act)
    {
        var network = host.NewName("net");
        var subnet = string.Create(CultureInfo.InvariantCulture, $"10.{RandomNumberGenerator.GetInt32(200, 250)}.{RandomNumberGenerator.GetInt32(1, 255)}");
        var file = Path.Combine(host.NewFolder("net"), "net.xml");
        await File.WriteAllTextAsync(file, $"""
            <network><name>{network}</name><bridge name='hf{Guid.NewGuid().ToString("N")[..10]}' stp='off'/>{elements}
              <ip address='{subnet}.1' netmask='255.255.255.0'><dhcp><range start='{subnet}.2' end='{subnet}{last}'/>{hosts}</dhcp></ip></network>
            """.Replace("SUBNET", subnet, StringComparison.Ordinal));
        await Tool.VirshAsync("net-create", file);
        try
        {
            await act(network, subnet);
        }
        finally
        {
            await Tool.VirshAsync("net-destroy", network);
        }
    }
}
