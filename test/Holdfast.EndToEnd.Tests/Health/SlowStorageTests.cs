using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Health;

/// <summary>A disk whose storage is slow, or gives errors: nbdkit serves what its image is based on.</summary>
public sealed class SlowStorageTests(Host host)
{
    private const string Slow = "CopyingVHDsFromBackUpVaultTakingLongTime";
    private const string Broken = "HoldfastDiskReadFailed";

    [Theory]
    [InlineData(Slow, "delay", "rdelay=6")]
    [InlineData(Broken, "error", "error-pread=EIO", "error-pread-rate=100%")]
    [Condition("B11", Proof.Provocation)]
    public async Task B11_storage_that_is_too_slow_is_told_apart_from_one_that_gives_errors(string code, string filter, params string[] settings)
    {
        await using var storage = await HeldStorage.StartAsync(host, Harness.Libvirt.System, filter, settings);
        await using var vm = await BareVm.DefineAsync(host, HeldStorage.Disk);
        await storage.PutUnderAsync(vm);
        var node = await Node.CreateAsync(host);

        var result = await node.RunAsync("backup", vm.Name, "--stall-after", "2s");

        Assert.Equal(code, result.FaultCode);
        Assert.DoesNotContain(code == Slow ? Broken : Slow, result.Text, StringComparison.Ordinal);
        Assert.Empty(await node.PointsAsync(vm.Name));
    }
}
