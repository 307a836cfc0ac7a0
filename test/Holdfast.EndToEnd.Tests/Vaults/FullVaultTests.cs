using System.Globalization;
using Holdfast.EndToEnd.Tests.Harness;
using Holdfast.EndToEnd.Tests.Health;

namespace Holdfast.EndToEnd.Tests.Vaults;

/// <summary>The vault's file system runs full in the middle of a backup.</summary>
public sealed class FullVaultTests(Host host)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Condition("B06", Proof.Provocation)]
    public async Task B06_A_vault_that_runs_full_is_told_keeps_no_half_point_and_takes_the_next_run_once_there_is_room(bool running)
    {
        await using var vm = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 128 });
        await using var small = await SmallFileSystem.MountAsync(host, mebibytes: 40);
        var node = Node.Unconnected(host);
        node.Environment["HOLDFAST_VAULT"] = Path.Combine(small.Folder, "vault");
        (await node.RunAsync("vault", "init", "--recovery-key-file", Path.Combine(node.Folder, "recovery-key"))).Succeeded();
        await WriteRandomAsync(vm, atMiB: 0, mebibytes: 8);
        var first = await vm.BackUpOffAndCompareAsync(node);
        var stored = await FilesAsync(small);
        await WriteRandomAsync(vm, atMiB: 16, mebibytes: 64);
        if (running)
            await vm.StartAsync();

        var result = await vm.TryBackUpAsync(node);

        Assert.Equal("HoldfastVaultFull", result.FaultCode);
        Assert.Equal([first.Point], await node.PointsAsync(vm.Name));
        Assert.Equal(stored, await FilesAsync(small));
        if (running)
        {
            Assert.Equal("running", await vm.Guest.StateAsync());
            Assert.False(await vm.Guest.HasBackupJobAsync());
            Assert.Empty(await vm.Guest.CheckpointsAsync());
        }

        await Tool.RunAsync("mount", "-o", "remount,size=200M", small.Folder);
        var next = running ? await vm.BackUpAndCompareAsync(node) : await vm.BackUpOffAndCompareAsync(node);
        Assert.Equal([first.Point, next.Point], await node.PointsAsync(vm.Name));
        (await node.RunAsync("verify", "--all")).Succeeded();
    }

    [Fact]
    [Condition("B06", Proof.Provocation)]
    public async Task B06_A_vault_at_its_quota_takes_no_further_backup_until_points_are_deleted_and_collected_or_the_limit_is_raised()
    {
        await using var vm = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 32 });
        var node = await Node.CreateAsync(host);
        await WriteRandomAsync(vm, atMiB: 0, mebibytes: 4);
        var first = await vm.BackUpOffAndCompareAsync(node);
        Assert.Equal("passed", (await Examination.OfAsync(node))["quota"].Outcome);
        await WriteRandomAsync(vm, atMiB: 0, mebibytes: 4);
        var second = await vm.BackUpOffAndCompareAsync(node);
        var held = (await node.RunAsync("vault", "stats")).Succeeded().Json.GetProperty("totalBytes").GetInt64();

        await LimitAsync(node, held * 2);
        Assert.Equal("passed", (await Examination.OfAsync(node))["quota"].Outcome);
        await LimitAsync(node, held + 1);
        (await Examination.OfAsync(node)).Raised("HoldfastVaultQuotaNear");
        await LimitAsync(node, held);
        (await Examination.OfAsync(node)).Raised("HoldfastVaultQuotaReached");
        var stored = node.VaultListing();

        Assert.Equal("HoldfastVaultQuotaReached", (await vm.TryBackUpAsync(node)).FaultCode);
        Assert.Equal("HoldfastVaultQuotaReached", (await node.RunAsync("backup", "--image", vm.Disks[0].Path)).FaultCode);

        Assert.Equal(stored, node.VaultListing());
        Assert.NotEmpty(await node.RestoreDisksAsync(vm.Name, second.Point));
        await File.WriteAllTextAsync(Quotas(node), """{ "vaultSize": "1 MiB or so" }""");
        Assert.Equal("HoldfastStateFolderNotUsable", (await vm.TryBackUpAsync(node)).FaultCode);
        await LimitAsync(node, held);
        (await node.RunAsync("points", "delete", vm.Name, "--point", first.Point, "--yes")).Succeeded();
        (await node.RunAsync("vault", "gc", "--grace", "0")).Succeeded();
        (await vm.TryBackUpAsync(node)).Succeeded();
    }

    private static string Quotas(Node node) => Path.Combine(node.State, "quotas.json");

    private static Task LimitAsync(Node node, long bytes) =>
        File.WriteAllTextAsync(Quotas(node), string.Create(CultureInfo.InvariantCulture, $$"""{ "vaultSize": "{{bytes}}" }"""));

    private async Task WriteRandomAsync(BareVm vm, int atMiB, int mebibytes)
    {
        var random = Path.Combine(host.NewFolder("random"), "data");
        await Tool.RunAsync("dd", "if=/dev/urandom", "of=" + random, "bs=1M", string.Create(CultureInfo.InvariantCulture, $"count={mebibytes}"));
        await Tool.RunAsync("qemu-io", "-f", "qcow2", "-c", $"write -s {random} {atMiB}M {mebibytes}M", vm.Disks[0].Path);
    }

    private static Task<string> FilesAsync(SmallFileSystem small) => Tool.RunAsync("find", small.Folder, "-type", "f", "-printf", "%P %s\n");
}
