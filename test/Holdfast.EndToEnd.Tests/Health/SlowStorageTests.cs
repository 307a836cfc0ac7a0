using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Health;

/// <summary>A disk whose storage is slow, or gives errors: nbdkit serves what its image is based on.</summary>
public sealed class SlowStorageTests(Host host)
{
    private const string Slow = "CopyingVHDsFromBackUpVaultTakingLongTime";
    private const string Broken = "HoldfastDiskReadFailed";

    [Theory]
    [InlineData(Slow, "--filter=noextents", "--filter=delay", "memory", "32M", "rdelay=6")]
    [InlineData(Broken, "--filter=noextents", "--filter=error", "memory", "32M", "error-pread=EIO", "error-pread-rate=100%")]
    [Condition("B11", Proof.Provocation)]
    public async Task B11_storage_that_is_too_slow_is_told_apart_from_one_that_gives_errors(string code, params string[] nbdkit)
    {
        await using var vm = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 32 });
        var node = await Node.CreateAsync(host);
        var folder = host.NewFolder("nbd");
        var (socket, pid) = (Path.Combine(folder, "sock"), Path.Combine(folder, "pid"));
        await Tool.RunAsync("nbdkit", ["-U", socket, "-P", pid, .. nbdkit]);
        try
        {
            File.Delete(vm.Disks[0].Path);
            await Tool.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", "-b", $"nbd+unix:///?socket={socket}", "-F", "raw", "-u", vm.Disks[0].Path, "32M");

            var result = await node.RunAsync("backup", vm.Name, "--stall-after", "2s");

            Assert.Equal(code, result.FaultCode);
            Assert.DoesNotContain(code == Slow ? Broken : Slow, result.Text, StringComparison.Ordinal);
            Assert.Empty(await node.PointsAsync(vm.Name));
        }
        finally
        {
            await Tool.RunAsync("kill", (await File.ReadAllTextAsync(pid)).Trim());
        }
    }
}
