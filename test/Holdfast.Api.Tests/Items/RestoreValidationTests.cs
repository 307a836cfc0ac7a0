using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Libvirt;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Points;
using Holdfast.Vault;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Api.Tests.Items;

/// <summary>What the validation of a restore knows from the point itself, and from the host's networks and VMs.</summary>
public sealed class RestoreValidationTests : IAsyncLifetime
{
    private const string Node = """
        <node>
          <domain type='test'><name>test</name><memory>8192</memory><os><type>hvm</type></os><devices>
            <disk type='file' device='disk'><source file='/guest/diskimage1'/><target dev='vda' bus='virtio'/></disk>
            <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>
          </devices></domain>
          <network><name>default</name><bridge name='virbr0'/>
            <ip address='192.168.122.1' netmask='255.255.255.0'><dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>
          <pool type='dir'><name>default-pool</name><target><path>/default-pool</path></target></pool>
        </node>
        """;

    private const string OfGuest = "192.168.122.60";
    private const string OfNetwork = "192.168.122.50";
    private const string Stranger = "52:54:00:00:00:99";
    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-validation-").FullName;
    private readonly ApiWorld _world;

    public RestoreValidationTests() => _world = new ApiWorld { HostUri = "test://" + Path.Combine(_folder, "node.xml") };

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "node.xml"), Node, ApiWorld.Ct);
        await _world.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Addresses_that_others_have_by_now_are_told_before_a_restore_is_asked_for()
    {
        await _world.CreateVaultAsync();
        await _world.FollowAsync("PUT", _world.I, _world.EnableBody());
        await using var db = _world.Get<ControlPlaneDatabase>().CreateDbContext();
        var host = await _world.Get<HostConnections>().GetAsync(await db.Hosts.SingleAsync(ApiWorld.Ct), ApiWorld.Ct);
        using var vm = host.LookupDomain("test");
        var xml = vm.ReadXml(DomainXmlOptions.Inactive);
        await BackUpAsync(await db.Vaults.SingleAsync(ApiWorld.Ct), vm.Uuid, xml);
        var point = (string)Assert.Single((await _world.GetAsync(_world.I + "/recoveryPoints"))["value"]!.AsArray())!["name"]!;
        Assert.Empty(await FoundAsync(point, "OriginalLocation"));
        Assert.Empty(await FoundAsync(point, "AlternateLocation"));

        xml.Root.SetElementValue("name", "twin");
        xml.Root.SetElementValue("uuid", Guid.NewGuid().ToString());
        using (var twin = host.DefineDomain(xml.ToXml(), validate: false))
        {
            Assert.Equal(["HoldfastMacAddressTaken"], await FoundAsync(point, "OriginalLocation"));
            Assert.Empty(await FoundAsync(point, "AlternateLocation"));
            twin.Undefine();
        }

        // A new VM has another MAC address, and so keeps only what the guest has set itself.
        using var network = host.FindNetwork("default")!;
        network.ReserveAddress(Stranger, OfNetwork);
        Assert.Equal(["HoldfastReservedAddressConflict"], await FoundAsync(point, "OriginalLocation"));
        Assert.Empty(await FoundAsync(point, "AlternateLocation"));
        network.ReserveAddress("52:54:00:00:00:98", OfGuest);
        Assert.Equal(["HoldfastReservedAddressConflict"], await FoundAsync(point, "AlternateLocation"));
        Assert.Empty(await FoundAsync(point, "RestoreDisks"));
        Assert.Empty(await db.Jobs.Where(j => j.Operation == ControlPlane.Jobs.JobOperation.Restore).ToListAsync(ApiWorld.Ct));
    }

    private async Task<IEnumerable<string>> FoundAsync(string point, string kind)
    {
        var restore = new JsonObject
        {
            ["objectType"] = "IaasVMRestoreRequest", ["recoveryPointId"] = point, ["recoveryType"] = kind, ["sourceResourceId"] = _world.Vm, ["region"] = "local",
            ["storageAccountId"] = _world.Pool,
        };
        if (kind == "AlternateLocation")
            (restore["targetVirtualMachineId"], restore["virtualNetworkId"]) = (_world.Vm + "2", _world.Network);
        var asked = new JsonObject { ["objectType"] = "ValidateIaasVMRestoreOperationRequest", ["restoreRequest"] = restore };
        var answer = await ApiWorld.BodyAsync(await _world.SendAsync("POST", _world.V + "/backupValidateOperation", asked.ToJsonString()), HttpStatusCode.OK);
        return answer["validateOperationResponse"]!["validationResults"]!.AsArray().Select(f => (string)f!["code"]!);
    }

    // A point without data: nothing of it is restored.
    private async Task BackUpAsync(VaultRow row, Guid uuid, DomainXml xml)
    {
        var vault = await _world.Get<OpenVaults>().OpenAsync(row, ApiWorld.Ct);
        var mac = xml.Interfaces[0].Mac!;
        var details = new PointDetails
        {
            Kind = SourceKind.VirtualMachine, Name = "test", Host = "local", Consistency = Consistency.Crash, DomainXmlAttachment = "domain.xml",
            Disks = [new DiskDetails("vda", "qcow2", "/guest/diskimage1", 1 << 20, ReadMode.Full, null, null, 0)],
            Addresses = [new SavedAddress(mac, OfNetwork, IsGivenByNetwork: true), new SavedAddress(mac, OfGuest, IsGivenByNetwork: false)],
        };
        await using var session = await vault.OpenSessionAsync(new SourceId(uuid), ApiWorld.Ct);
        await session.BeginDisk(new DiskSpec("vda", 1 << 20, 1 << 16, "vda"), null).CompleteAsync(ApiWorld.Ct);
        await session.AddAttachmentAsync("domain.xml", Encoding.UTF8.GetBytes(xml.ToXml()), ApiWorld.Ct);
        await session.CommitAsync(PointDetailsJson.Write(details), DateTimeOffset.UnixEpoch.AddYears(50), ApiWorld.Ct);
    }
}
