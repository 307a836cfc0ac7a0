using System.Security.Cryptography;
using System.Text.Json;
using System.Xml.Linq;
using Holdfast.EndToEnd.Tests.Harness;
using Holdfast.EndToEnd.Tests.Health;

namespace Holdfast.EndToEnd.Tests.Disks;

/// <summary>
/// VMs whose disks libvirt encrypts. QEMU decrypts a disk before it exports it, so what was encrypted on the host must be nowhere on it in the
/// clear: not in scratch files, the vault or restored images.
/// </summary>
public sealed class EncryptedVmTests(Host host)
{
    [Fact]
    public async Task A_lost_encrypted_vm_comes_back_encrypted_and_its_data_lies_nowhere_in_the_clear()
    {
        await using var secret = await VmSecret.DefineAsync(host);
        await using var guest = await Guest.BootAsync(host, new GuestSpec(
            DiskSpec.Ext4("vda") with { Luks = secret }, DiskSpec.Xfs("vdb") with { Luks = secret, Format = "raw" }));
        var node = await Node.CreateAsync(host);
        node.Environment["HOLDFAST_SCRATCH"] = host.NewFolder("scratch");
        var marker = "MARKER" + Convert.ToHexString(RandomNumberGenerator.GetBytes(12));
        string[] places = [node.Folder, node.Environment["HOLDFAST_SCRATCH"], guest.Folder];
        await guest.Agent.RunAsync($"for d in /data /data2; do yes {marker} | head -c 300000 >$d/marked; done; sync");
        await node.BackUpAsync(guest);

        await using (var process = await node.StartPausedAsync("Transfer:before", "backup", guest.Name))
        {
            // Old clusters go to the scratch files, and new ones to the images.
            await guest.Agent.RunAsync($"for d in /data /data2; do yes {marker} | tr 1 2 | head -c 300000 >$d/marked; yes {marker} | head -c 100000 >$d/more; done; sync");
            Assert.Equal(2, Directory.EnumerateFiles(places[1], "*.qcow2", SearchOption.AllDirectories).Count());
            Assert.Empty(await FilesWithAsync(marker, places));
            process.Resume();
            var second = (await process.EndAsync()).Succeeded().Backup;
            Assert.Equal("incremental", second.Mode("vda"));
            Assert.Equal("HoldfastRawDiskReadWhole", second.Reason("vdb"));
        }

        var third = await node.BackUpAsync(guest);
        Assert.Equal([secret.Uuid], (await VmSecret.AllAsync()).Where(s => s == secret.Uuid || Directory.Exists(Path.Combine(places[1], s.ToString("N")))));
        Assert.Empty(Directory.EnumerateFileSystemEntries(places[1]));
        var sums = await guest.Agent.ChecksumsAsync("/data") + await guest.Agent.ChecksumsAsync("/data2");
        await guest.DestroyAsync();
        await Tool.VirshAsync("undefine", guest.Name, "--checkpoints-metadata");
        await secret.UndefineAsync();
        foreach (var disk in guest.Disks)
            File.Delete(disk.Path);

        var (name, folder) = (host.NewName("back"), host.NewFolder("back"));
        (await node.RunAsync("restore", guest.Name, "--as", name, "--disks-dir", folder, "--start")).Succeeded();

        var agent = new GuestAgentShell(name);
        await agent.AwaitAsync();
        Assert.Equal(sums, await agent.ChecksumsAsync("/data") + await agent.ChecksumsAsync("/data2"));
        Assert.Contains(secret.Uuid, await VmSecret.AllAsync());
        Assert.Empty(await FilesWithAsync(marker, [.. places, folder]));
        Assert.Empty(await FilesWithAsync((await File.ReadAllTextAsync(secret.PassphraseFile)).Trim(), [.. places, folder]));

        // That the search finds what is there: a restore in the clear, which has to be asked for and is recorded.
        var plain = host.NewFolder("plain");
        var result = (await node.RunAsync("restore", guest.Name, "--point", third.Point, "--disks-to", plain, "--format", "raw", "--decrypt")).Succeeded();
        Assert.Contains("HoldfastWrittenDecrypted", result.Text, StringComparison.Ordinal);
        Assert.Equal(2, (await FilesWithAsync(marker, plain)).Count);
        using var record = JsonDocument.Parse(Assert.Single(await File.ReadAllLinesAsync(Path.Combine(node.State, "audit.log"))));
        Assert.Equal(("restore --decrypt", third.Point), (record.RootElement.GetProperty("action").GetString(), record.RootElement.GetProperty("point").GetString()));
        await Guest.RemoveAsync(name);
    }

    [Fact]
    [Condition("B21", Proof.Provocation)]
    public async Task B21_secret_that_is_gone_private_or_without_a_value_is_named_before_anything_is_begun()
    {
        await using var secret = await VmSecret.DefineAsync(host);
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 16, Luks = secret });
        var node = await Node.CreateAsync(host);
        Assert.Equal("all readable", (await Examination.OfAsync(node, vm.Name))["secrets"].Found);
        var empty = node.VaultListing();

        await secret.DefineAsync(isPrivate: true);
        await UnreadableAsync();
        await secret.UndefineAsync();
        await UnreadableAsync();
        await secret.DefineWithoutValueAsync(isPrivate: false);
        await UnreadableAsync();

        await secret.DefineAsync(isPrivate: false);
        await vm.BackUpAsync(node);

        async Task UnreadableAsync()
        {
            Assert.Equal("UserErrorKeyVaultPermissionsNotConfigured", (await vm.TryBackUpAsync(node)).FaultCode);
            var found = await Examination.OfAsync(node, vm.Name);
            Assert.Equal("UserErrorKeyVaultPermissionsNotConfigured", found["secrets"].Code);
            Assert.DoesNotContain("HoldfastEncryptedDiskUnsupported", found.Codes);
            Assert.Empty(await vm.Guest.CheckpointsAsync());
            Assert.Equal(empty, node.VaultListing());
        }
    }

    [Fact]
    public async Task An_encrypted_vm_that_is_off_is_backed_up_and_restored_in_place_and_to_files()
    {
        await using var secret = await VmSecret.DefineAsync(host);
        await using var vm = await BareVm.DefineAsync(
            host, new DiskSpec("vda") { SizeMiB = 16, Luks = secret }, new DiskSpec("vdb") { SizeMiB = 8, Luks = secret, Format = "raw" }, new DiskSpec("vdc") { SizeMiB = 8 });
        var node = await Node.CreateAsync(host);
        await vm.StartAsync();
        await vm.WriteAsync("vda", 100, 1500, 0x11);
        await vm.WriteAsync("vdb", 300, 1500, 0x12);
        await vm.WriteAsync("vdc", 300, 1500, 0x13);
        await vm.BackUpAsync(node);
        await vm.WriteAsync("vda", 5000, 70, 0x21);
        await vm.StopAsync();
        var before = await PlainAsync(vm.Disks);

        var run = (await node.RunAsync("backup", vm.Name, "--consistency", "crash")).Succeeded().Backup;

        Assert.Equal("incremental", run.Mode("vda"));
        await vm.StartAsync();
        foreach (var disk in vm.Disks)
            await vm.WriteAsync(disk.Target, 0, 4096, 0x33);
        await vm.StopAsync();
        (await node.RunAsync("restore", vm.Name, "--in-place", "--point", run.Point)).Succeeded();
        await SameAsync(before, await PlainAsync(vm.Disks));
        await vm.StartAsync();
        Assert.Equal("full", (await vm.BackUpAsync(node)).Mode("vda"));
        await vm.StopAsync();

        // The host has lost the secret: what the VM's definition names is brought back, also without the rest of the configuration.
        await secret.UndefineAsync();
        (await node.RunAsync("restore", vm.Name, "--in-place", "--point", run.Point)).Succeeded();
        await SameAsync(before, await PlainAsync(vm.Disks));
        await vm.StartAsync();
        await vm.StopAsync();

        var folder = host.NewFolder("files");
        var files = (await node.RunAsync("restore", vm.Name, "--point", run.Point, "--disks-to", folder)).Succeeded();
        Assert.Contains("HoldfastWrittenEncrypted", files.Text, StringComparison.Ordinal);
        await SameAsync(before, await PlainAsync([.. vm.Disks.Select(d => new GuestDisk(d.Target, Path.Combine(folder, $"{vm.Name}-{d.Target}.qcow2"), "qcow2"))]));

        // A definition that says nothing of encryption would have its images in the clear.
        await vm.RedefineAsync(xml => xml.Descendants("encryption").Remove());
        Assert.Equal("HoldfastDecryptionNotAsked", (await node.RunAsync("restore", vm.Name, "--in-place", "--point", run.Point)).FaultCode);
        (await node.RunAsync("restore", vm.Name, "--in-place", "--with-config", "--point", run.Point)).Succeeded();
        await SameAsync(before, await PlainAsync(vm.Disks));

        async Task<IReadOnlyList<string>> PlainAsync(IReadOnlyList<GuestDisk> disks) =>
        [
            await secret.ReadAsync(host, disks[0].Format, disks[0].Path), await secret.ReadAsync(host, disks[1].Format, disks[1].Path),
            await FrozenExport.ReadImageAsync(host, disks[2]),
        ];
    }

    [Fact]
    public async Task A_secret_whose_uuid_means_something_else_on_the_host_gets_another()
    {
        await using var secret = await VmSecret.DefineAsync(host);
        await using var vm = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 8, Luks = secret });
        var node = await Node.CreateAsync(host);
        (await vm.TryBackUpAsync(node)).Succeeded();
        var plain = await secret.ReadAsync(host, "qcow2", vm.Disks[0].Path);
        var others = Path.Combine(host.NewFolder("other"), "passphrase");
        await File.WriteAllTextAsync(others, "another VM's");
        await secret.DefineAsync(isPrivate: false, others);
        var (name, folder) = (host.NewName("copy"), host.NewFolder("copy"));

        var result = (await node.RunAsync("restore", vm.Name, "--as", name, "--disks-dir", folder, "--start")).Succeeded();

        Assert.Contains("HoldfastSecretUuidTaken", result.Text, StringComparison.Ordinal);
        var copy = XElement.Parse(await Tool.VirshAsync("dumpxml", name, "--inactive"));
        var named = Guid.Parse(copy.Descendants("encryption").Single().Element("secret")!.Attribute("uuid")!.Value);
        Assert.NotEqual(secret.Uuid, named);
        await SameAsync([plain], [await secret.ReadAsync(host, "qcow2", copy.Descendants("disk").Single().Element("source")!.Attribute("file")!.Value)]);
        Assert.Equal("another VM's", (await Tool.VirshAsync("secret-get-value", secret.Uuid.ToString(), "--plain")).Trim());
        await Guest.RemoveAsync(name);
        await Tool.VirshAsync("secret-undefine", named.ToString());
    }

    [Fact]
    public async Task Runs_that_are_killed_leave_no_secret_behind()
    {
        await using var secret = await VmSecret.DefineAsync(host);
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 8, Luks = secret }, new DiskSpec("vdb") { SizeMiB = 8 });
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        foreach (var gate in (string[])["BackupBegin:before", "BackupBegin:after", "Transfer:before", "RemoveScratch:before"])
        {
            await node.RunUntilKilledAsync(gate, "backup", vm.Name, "--consistency", "crash");
            Assert.Equal(1, await OursAsync());
            (await node.RunAsync("vm", "list")).Succeeded();
            Assert.Equal(0, await OursAsync());
        }

        await vm.BackUpAsync(node);
        await secret.UndefineAsync();
        foreach (var gate in (string[])["DefineSecrets:before", "DefineSecrets:after", "SealRestoreJournal:after"])
        {
            var (name, folder) = (host.NewName("copy"), host.NewFolder("copy"));
            await node.RunUntilKilledAsync(gate, "restore", vm.Name, "--as", name, "--disks-dir", folder);
            (await node.RunAsync("vm", "list")).Succeeded();
            Assert.DoesNotContain(secret.Uuid, await VmSecret.AllAsync());
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        }

        static async Task<int> OursAsync()
        {
            var count = 0;
            foreach (var uuid in await VmSecret.AllAsync())
            {
                if ((await Tool.TryVirshAsync("secret-dumpxml", uuid.ToString())).Output.Contains("Holdfast: scratch", StringComparison.Ordinal))
                    count++;
            }

            return count;
        }
    }

    private static async Task SameAsync(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        foreach (var (a, b) in expected.Zip(actual))
            await Tool.RunAsync("cmp", a, b);
    }

    // grep is an eye of its own; it reads every file to its end, whatever is in it.
    private static async Task<IReadOnlyList<string>> FilesWithAsync(string text, params string[] folders)
    {
        var found = await Tool.TryAsync("grep", ["-r", "-l", "-a", "-F", "--devices=skip", "--", text, .. folders]);
        return found.ExitCode switch
        {
            0 => found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            1 => [],
            _ => throw new InvalidOperationException(found.Errors),
        };
    }
}
