using System.Net;
using Holdfast.ControlPlane.Access;

namespace Holdfast.Api.Tests.Compute;

/// <summary>Managed disks: libvirt's test driver has one VM with one disk.</summary>
public sealed class DiskTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    private const string Disks = "/providers/Microsoft.Compute/disks";

    [Fact]
    public async Task A_VMs_disk_is_found_by_the_id_that_the_VM_gives_it()
    {
        var vm = await world.GetAsync(world.Vm);
        var id = (string)vm["properties"]!["storageProfile"]!["osDisk"]!["managedDisk"]!["id"]!;
        var disk = await world.GetAsync(id + "?api-version=2022-07-02");
        Assert.Equal((id, world.Vm, "Attached"), ((string)disk["id"]!, (string)disk["managedBy"]!, (string)disk["properties"]!["diskState"]!));
        Assert.Equal(id, (string)Assert.Single((await world.GetAsync(world.G + Disks))["value"]!.AsArray())!["id"]!);
        Assert.Single((await world.GetAsync(world.S + Disks))["value"]!.AsArray());
        Assert.Single((await world.GetAsync(world.S + "/resources?$filter=resourceType eq 'Microsoft.Compute/disks'"))["value"]!.AsArray());
    }

    [Fact]
    public async Task A_disk_that_no_VM_has_is_not_found_and_one_that_the_caller_may_not_see_is_not_listed()
    {
        Assert.Equal("ResourceNotFound", await world.RefusedAsync(HttpStatusCode.NotFound, "GET", world.G + Disks + "/none"));
        world.Allow("vault-reader", Roles.BackupReader, world.V);
        Assert.Empty((await ApiWorld.BodyAsync(await world.SendAsync("GET", world.S + Disks, caller: "vault-reader"), HttpStatusCode.OK))["value"]!.AsArray());
    }
}
