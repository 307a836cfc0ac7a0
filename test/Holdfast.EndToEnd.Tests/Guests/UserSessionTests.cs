using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Guests;

/// <summary>A user without privileges, with VMs of qemu:///session.</summary>
public sealed class UserSessionTests(UserGuestFixture fixture, Host host) : IClassFixture<UserGuestFixture>
{
    private readonly Guest _guest = fixture.Guest;

    [Fact]
    public async Task A_user_backs_up_an_own_vm_twice_and_restores_it_as_a_new_one()
    {
        var node = await Node.CreateAsync(host, fixture.Libvirt);
        await _guest.Agent.WriteFilesAsync("/data/first", 4, 256);
        var first = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
        Assert.Equal("full", first.Mode("vda"));
        Assert.Equal("fileSystem", first.Consistency);
        await _guest.Agent.WriteFilesAsync("/data/second", 2, 256);
        var sums = await _guest.Agent.ChecksumsAsync("/data");

        var second = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
        Assert.Equal("incremental", second.Mode("vda"));
        Assert.True(second.ReadBytes < first.ReadBytes, $"{second.ReadBytes} of {first.ReadBytes}");

        var name = host.NewName("restored");
        var folder = host.NewFolder("restored");
        await fixture.Libvirt.GiveAsync(folder);
        (await node.RunAsync("restore", _guest.Name, "--as", name, "--disks-dir", folder, "--start")).Succeeded();
        try
        {
            var restored = new GuestAgentShell(name, fixture.Libvirt);
            await restored.AwaitAsync();
            Assert.Equal(sums, await restored.ChecksumsAsync("/data"));
        }
        finally
        {
            await Guest.RemoveAsync(name, fixture.Libvirt);
        }
    }
}
