using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Vaults;

/// <summary>The vault isn't what it was at the last backup: the increment's base is proven, never supposed.</summary>
public sealed class VaultChangeTests(GuestFixture fixture, Host host) : IClassFixture<GuestFixture>
{
    private readonly Guest _guest = fixture.Guest;

    [Fact]
    public async Task Two_vaults_of_one_vm_each_keep_their_own_chain()
    {
        var first = await Node.CreateAsync(host);
        var second = await first.WithSecondVaultAsync();
        await first.BackUpAsync(_guest);
        await _guest.Agent.WriteFilesAsync("/data/vaults", 2, 256);
        Assert.Equal("full", (await second.BackUpAsync(_guest)).Mode("vda"));
        await _guest.Agent.WriteFilesAsync("/data2/vaults", 2, 256);

        var run = await (await first.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
        var other = await (await second.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();

        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Equal("incremental", other.Mode("vda"));
    }

    [Fact]
    public async Task A_vault_restored_from_an_older_copy_gets_a_full_read_and_the_reason()
    {
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(_guest);
        await Tool.RunAsync("cp", "-a", node.Vault, node.Vault + ".older");
        await _guest.Agent.WriteFilesAsync("/data/older", 2, 512);
        await node.BackUpAsync(_guest);
        Directory.Delete(node.Vault, recursive: true);
        Directory.Move(node.Vault + ".older", node.Vault);

        var run = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();

        Assert.Equal("full", run.Mode("vda"));
        Assert.NotNull(run.Reason("vda"));
    }

    [Fact]
    public async Task After_the_base_point_was_deleted_the_next_read_is_whole_and_right()
    {
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(_guest);
        await _guest.Agent.WriteFilesAsync("/data/base", 2, 512);
        var last = await node.BackUpAsync(_guest);
        (await node.RunAsync("points", "delete", _guest.Name, "--point", last.Point, "--yes")).Succeeded();

        var run = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();

        Assert.Equal("full", run.Mode("vda"));
        Assert.NotNull(run.Reason("vda"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_pack_was_damaged_and_verify_found_it_the_next_increment_is_whole_again(bool deleted)
    {
        var node = await Node.CreateAsync(host);
        await _guest.Agent.WriteFilesAsync("/data/damage", 4, 512);
        await node.BackUpAsync(_guest);
        var pack = new DirectoryInfo(node.Vault).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(f => f.FullName.Contains("pack", StringComparison.Ordinal)).MaxBy(f => f.Length)!;
        if (deleted)
            pack.Delete();
        else
            await DamageAsync(pack.FullName);

        var verified = await node.RunAsync("verify", _guest.Name);
        Assert.Equal(5, verified.ExitCode);
        Assert.Equal(pack.Name, Assert.Single(verified.Json.GetProperty("damagedPacks").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(1, (await node.RunAsync("vault", "info")).Succeeded().Json.GetProperty("damagedPacks").GetInt32());
        var run = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();

        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Contains("HoldfastBaseChunksDamaged", run.Warnings);
        (await node.RunAsync("verify", _guest.Name, "--point", run.Point)).Succeeded();
        var all = await node.RunAsync("verify", "--all");
        Assert.NotEmpty(all.Json.GetProperty("damagedPacks").EnumerateArray());

        // What was stored anew makes the older point whole again, if nothing of the pack is missing that the disk no longer has.
        var isWhole = all.Json.GetProperty("points").EnumerateArray().All(p => p.GetProperty("healthy").GetBoolean());
        Assert.Equal(isWhole ? 0 : 5, all.ExitCode);
        Assert.Contains(isWhole ? "HoldfastDamageWithoutLoss" : "HoldfastDamageFound", all.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_passphrase_is_told_before_the_vm_is_touched()
    {
        var node = await Node.CreateAsync(host);
        node.Environment["HOLDFAST_PASSPHRASE"] = "something else";
        var before = await _guest.CheckpointsAsync();

        var result = await node.RunAsync("backup", _guest.Name);

        Assert.Equal("HoldfastVaultWrongKey", result.FaultCode);
        Assert.Equal(8, result.ExitCode);
        Assert.Equal(before, await _guest.CheckpointsAsync());
        Assert.DoesNotContain("something else", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_init_changes_nothing_and_says_so()
    {
        var node = await Node.CreateAsync(host);
        var before = await Tool.RunAsync("find", node.Vault, "-type", "f", "-printf", "%p %s %T@\n");

        var result = await node.RunAsync("vault", "init", "--recovery-key-file", Path.Combine(node.Folder, "again"));

        Assert.Equal("HoldfastVaultAlreadyExists", result.FaultCode);
        Assert.False(File.Exists(Path.Combine(node.Folder, "again")));
        Assert.Equal(before, await Tool.RunAsync("find", node.Vault, "-type", "f", "-printf", "%p %s %T@\n"));
    }

    [Fact]
    public async Task The_recovery_key_alone_restores_on_another_machine()
    {
        var node = await Node.CreateAsync(host);
        var taken = await node.BackUpWithWitnessAsync(_guest);
        var elsewhere = node.OnAnotherMachine();
        elsewhere.Environment["HOLDFAST_PASSPHRASE"] = "";
        // A libvirt that knows nothing of the VM: its name is in the vault alone.
        elsewhere.Environment["LIBVIRT_DEFAULT_URI"] = "test:///default";
        var folder = host.NewFolder("elsewhere");

        (await elsewhere.RunAsync(
            "restore", _guest.Name, "--point", taken.Run.Point, "--disks-to", folder, "--format", "raw",
            "--recovery-key-file", Path.Combine(node.Folder, "recovery-key"))).Succeeded();

        foreach (var (target, copy) in taken.Frozen)
            await Tool.RunAsync("cmp", copy, Directory.EnumerateFiles(folder, $"*{target}*").Single());
    }

    // Flips bits in the middle, where the chunks are.
    private static async Task DamageAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var bytes = new byte[256];
        file.Position = file.Length / 2;
        await file.ReadExactlyAsync(bytes);
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] ^= 0xff;
        file.Position -= bytes.Length;
        await file.WriteAsync(bytes);
    }
}
