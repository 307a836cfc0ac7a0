using System.Security.Cryptography;
using System.Xml.Linq;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Tpm;

/// <summary>
/// VMs with an emulated TPM: what the guest keeps in it is part of the machine, and comes back with it. It may be the key to its disks, so it lies in no plain
/// file but its emulator's own.
/// </summary>
public sealed class TpmTests(Host host)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lost_vm_comes_back_with_what_its_guest_kept_in_the_tpm()
    {
        await using var guest = await Guest.BootAsync(host, new GuestSpec(DiskSpec.Ext4("vda")) { DevicesXml = EmulatedTpm.Xml() });
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(guest);
        var note = "NOTE" + Convert.ToHexString(RandomNumberGenerator.GetBytes((EmulatedTpm.NoteLength - 4) / 2));
        await EmulatedTpm.KeepAsync(guest.Agent, note);
        Assert.Equal(note, await EmulatedTpm.NoteAsync(guest.Agent));
        byte[] then;

        // Gone between the look at it and the instant: the guest is let go, and nothing is left of the run.
        await using (var process = await node.StartPausedAsync("BackupBegin:before", "backup", guest.Name))
        {
            var (state, checkpoints) = (EmulatedTpm.FileOf(guest.Uuid), await guest.CheckpointsAsync());
            File.Move(state, state + ".away");
            process.Resume();
            Assert.Equal("HoldfastTpmStateUnreadable", (await process.EndAsync()).FaultCode);
            File.Move(state + ".away", state);
            Assert.False(await guest.Agent.IsFrozenAsync());
            Assert.False(await guest.HasBackupJobAsync());
            Assert.Equal(checkpoints, await guest.CheckpointsAsync());
        }

        await using (var process = await node.StartPausedAsync("Transfer:before", "backup", guest.Name))
        {
            then = await EmulatedTpm.ReadAsync(guest.Uuid);
            process.Resume();
            (await process.EndAsync()).Succeeded();
        }

        // The search finds what is there: in the clear, as swtpm has it.
        Assert.Equal([EmulatedTpm.FileOf(guest.Uuid)], await FilesWithAsync(note, EmulatedTpm.FolderOf(guest.Uuid)));
        Assert.Empty(await FilesWithAsync(note, node.Folder));
        await guest.DestroyAsync();
        await Tool.VirshAsync("undefine", guest.Name, "--checkpoints-metadata");
        Assert.False(Directory.Exists(EmulatedTpm.FolderOf(guest.Uuid)));

        var (name, folder) = (host.NewName("back"), host.NewFolder("back"));
        (await node.RunAsync("restore", guest.Name, "--as", name, "--disks-dir", folder)).Succeeded();

        var uuid = Guid.Parse((await Tool.VirshAsync("domuuid", name)).Trim());
        Assert.NotEqual(guest.Uuid, uuid);
        Assert.Equal(then, await EmulatedTpm.ReadAsync(uuid));
        Assert.Equal("600", await ModeAsync(EmulatedTpm.FileOf(uuid)));
        Assert.Equal("700", await ModeAsync(Path.GetDirectoryName(EmulatedTpm.FileOf(uuid))!));
        await Tool.VirshAsync("start", name);
        var agent = new GuestAgentShell(name);
        await agent.AwaitAsync();
        Assert.Equal(note, await EmulatedTpm.NoteAsync(agent));
        Assert.Empty(await FilesWithAsync(note, node.Folder, folder));
        await Guest.RemoveAsync(name);
    }

    [Fact]
    public async Task The_state_is_that_of_the_instant_of_the_disks()
    {
        await using var vm = await StartAsync(EmulatedTpm.Xml());
        var node = await Node.CreateAsync(host);
        var then = await EmulatedTpm.ReadAsync(vm.Guest.Uuid);

        await using (var process = await node.StartPausedAsync("Transfer:before", "backup", vm.Name, "--consistency", "crash"))
        {
            await File.WriteAllBytesAsync(EmulatedTpm.FileOf(vm.Guest.Uuid), [1, 2, 3], Ct);
            process.Resume();
            (await process.EndAsync()).Succeeded();
        }

        var name = host.NewName("copy");
        (await node.RunAsync("restore", vm.Name, "--as", name, "--disks-dir", host.NewFolder("copy"))).Succeeded();
        Assert.Equal(then, await EmulatedTpm.ReadAsync(Guid.Parse((await Tool.VirshAsync("domuuid", name)).Trim())));
        await Guest.RemoveAsync(name);
    }

    [Fact]
    public async Task An_encrypted_state_comes_back_with_its_secret()
    {
        await using var secret = await VmSecret.DefineAsync(host, isForTpm: true);
        await using var vm = await StartAsync(EmulatedTpm.Xml(secret));
        var node = await Node.CreateAsync(host);
        await vm.BackUpAsync(node);
        var then = await EmulatedTpm.ReadAsync(vm.Guest.Uuid);
        await vm.StopAsync();
        await Tool.VirshAsync("undefine", vm.Name, "--checkpoints-metadata");
        await secret.UndefineAsync();
        File.Delete(vm.Disks[0].Path);

        // In place, where nothing is left of the VM.
        (await node.RunAsync("restore", vm.Name, "--in-place", "--with-config")).Succeeded();

        Assert.Contains(secret.Uuid, await VmSecret.AllAsync());
        Assert.Equal(then, await EmulatedTpm.ReadAsync(vm.Guest.Uuid));
        await vm.StartAsync();
        await vm.StopAsync();

        // As a new VM, on a host where the secret's UUID means something else.
        var others = Path.Combine(host.NewFolder("other"), "passphrase");
        await File.WriteAllTextAsync(others, "another VM's", Ct);
        await secret.DefineAsync(isPrivate: false, others);
        var name = host.NewName("copy");
        var result = (await node.RunAsync("restore", vm.Name, "--as", name, "--disks-dir", host.NewFolder("copy"))).Succeeded();
        Assert.Contains("HoldfastSecretUuidTaken", result.Text, StringComparison.Ordinal);
        var copy = XElement.Parse(await Tool.VirshAsync("dumpxml", name, "--inactive"));
        var named = Guid.Parse(copy.Descendants("tpm").Single().Descendants("encryption").Single().Attribute("secret")!.Value);
        Assert.NotEqual(secret.Uuid, named);
        Assert.Equal(then, await EmulatedTpm.ReadAsync(Guid.Parse(copy.Element("uuid")!.Value)));
        await Tool.VirshAsync("start", name);
        await Guest.RemoveAsync(name);
        await Tool.VirshAsync("secret-undefine", named.ToString());

        // With its definition alone, whose secret and state the host has lost.
        await secret.UndefineAsync();
        Directory.Delete(EmulatedTpm.FolderOf(vm.Guest.Uuid), recursive: true);
        (await node.RunAsync("restore", vm.Name, "--in-place")).Succeeded();
        Assert.Equal(then, await EmulatedTpm.ReadAsync(vm.Guest.Uuid));
        await vm.StartAsync();

        // One that libvirt gives to nobody makes no point.
        await secret.DefineAsync(isPrivate: true);
        Assert.Equal("UserErrorKeyVaultPermissionsNotConfigured", (await vm.TryBackUpAsync(node)).FaultCode);
    }

    [Fact]
    public async Task In_place_the_present_tpm_stays_and_with_the_configuration_the_saved_one_takes_its_place()
    {
        await using var vm = await StartAsync(EmulatedTpm.Xml());
        var node = await Node.CreateAsync(host);
        await vm.StopAsync();
        var point = (await node.RunAsync("backup", vm.Name, "--consistency", "crash")).Succeeded().Backup.Point;
        var then = await EmulatedTpm.ReadAsync(vm.Guest.Uuid);
        var present = await EmulatedTpm.MakeNewAsync(vm);
        Assert.NotEqual(then, present);

        (await node.RunAsync("restore", vm.Name, "--in-place", "--point", point)).Succeeded();
        Assert.Equal(present, await EmulatedTpm.ReadAsync(vm.Guest.Uuid));
        (await node.RunAsync("restore", vm.Name, "--in-place", "--with-config", "--point", point)).Succeeded();

        Assert.Equal(then, await EmulatedTpm.ReadAsync(vm.Guest.Uuid));
        await vm.StartAsync();
        Assert.Equal(
            [".lock", "tpm2-00.permall"],
            Directory.EnumerateFiles(Path.GetDirectoryName(EmulatedTpm.FileOf(vm.Guest.Uuid))!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await vm.StopAsync();

        // A running TPM's memory belongs to the state beside which it lies.
        await File.WriteAllTextAsync(Path.ChangeExtension(EmulatedTpm.FileOf(vm.Guest.Uuid), "volatilestate"), "memory", Ct);
        var refused = await node.RunAsync("restore", vm.Name, "--in-place", "--with-config", "--point", point);
        Assert.Equal("HoldfastTpmStateNotRestorable", refused.FaultCode);
    }

    [Fact]
    public async Task Files_are_restored_without_the_state_and_that_is_said()
    {
        await using var vm = await StartAsync(EmulatedTpm.Xml());
        var node = await Node.CreateAsync(host);
        await vm.BackUpAsync(node);
        var folder = host.NewFolder("files");

        var result = (await node.RunAsync("restore", vm.Name, "--disks-to", folder, "--with-config")).Succeeded();

        Assert.Contains("HoldfastTpmStateNotWritten", result.Text, StringComparison.Ordinal);
        Assert.Equal(
            [$"{vm.Name}-vda.qcow2", $"{vm.Name}.xml"], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_tpm_that_was_never_used_is_in_no_point_and_that_is_said()
    {
        await using var vm = await BareVm.DefineAsync(host, Spec(EmulatedTpm.Xml()));
        var node = await Node.CreateAsync(host);
        var backup = (await node.RunAsync("backup", vm.Name, "--consistency", "crash")).Succeeded();
        Assert.Contains("HoldfastTpmWithoutState", backup.Text, StringComparison.Ordinal);

        var name = host.NewName("copy");
        var result = (await node.RunAsync("restore", vm.Name, "--as", name, "--disks-dir", host.NewFolder("copy"), "--start")).Succeeded();

        Assert.Contains("HoldfastTpmStateNotInPoint", result.Text, StringComparison.Ordinal);
        Assert.Equal("running", (await Tool.VirshAsync("domstate", name)).Trim());
        await Guest.RemoveAsync(name);
    }

    [Fact]
    public async Task A_tpm_of_the_hosts_is_in_no_point_and_that_is_said()
    {
        await using var vm = await BareVm.DefineAsync(
            host, Spec("<tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>"));
        var node = await Node.CreateAsync(host);

        var backup = (await node.RunAsync("backup", vm.Name, "--consistency", "crash")).Succeeded();

        Assert.Contains("HoldfastTpmNotInPoint", backup.Text, StringComparison.Ordinal);
        var name = host.NewName("copy");
        var result = (await node.RunAsync("restore", vm.Name, "--as", name, "--disks-dir", host.NewFolder("copy"))).Succeeded();
        Assert.Contains("HoldfastDevicesLeftOut", result.Text, StringComparison.Ordinal);
        await Guest.RemoveAsync(name);
    }

    [Fact]
    public async Task A_state_that_cannot_be_read_is_the_fault_before_anything_is_begun()
    {
        await using var vm = await StartAsync(EmulatedTpm.Xml());
        var node = await Node.CreateAsync(host);
        await vm.BackUpAsync(node);
        var (state, checkpoints, listing) = (EmulatedTpm.FileOf(vm.Guest.Uuid), await vm.Guest.CheckpointsAsync(), node.VaultListing());
        File.Move(state, state + ".away");

        await UnreadableAsync();
        File.CreateSymbolicLink(state, "/etc/shadow");
        await UnreadableAsync();
        File.Delete(state);
        await Tool.RunAsync("mkfifo", state);
        await UnreadableAsync();
        File.Delete(state);
        await File.WriteAllBytesAsync(state, new byte[(1 << 20) + 1], Ct);
        await UnreadableAsync();
        File.Delete(state);
        // It has run: the newest point tells, now that it is off.
        await vm.StopAsync();
        await UnreadableAsync();

        File.Move(state + ".away", state);
        await vm.StartAsync();
        await vm.BackUpAsync(node);

        async Task UnreadableAsync()
        {
            var result = await vm.TryBackUpAsync(node);
            Assert.Equal("HoldfastTpmStateUnreadable", result.FaultCode);
            Assert.DoesNotContain("root:", result.Text, StringComparison.Ordinal);
            Assert.Equal(checkpoints, await vm.Guest.CheckpointsAsync());
            Assert.Equal(listing, node.VaultListing());
        }
    }

    [Fact]
    public async Task A_users_own_vm_comes_back_with_its_state()
    {
        await using var libvirt = await UserLibvirt.StartAsync();
        await using var vm = await BareVm.DefineAsync(host, Spec(EmulatedTpm.Xml()) with { Libvirt = libvirt });
        await libvirt.VirshAsync("start", vm.Name, "--paused");
        var node = await Node.CreateAsync(host, libvirt);
        await vm.BackUpAsync(node);
        var folder = Path.Combine(libvirt.Environment["XDG_CONFIG_HOME"], "libvirt/qemu/swtpm");
        var state = Path.Combine("tpm2", "tpm2-00.permall");
        var then = await File.ReadAllBytesAsync(Path.Combine(folder, vm.Guest.Uuid.ToString(), state), Ct);
        var (name, disks) = (host.NewName("copy"), host.NewFolder("copy"));
        await libvirt.GiveAsync(disks);

        (await node.RunAsync("restore", vm.Name, "--as", name, "--disks-dir", disks)).Succeeded();

        var copy = (await libvirt.VirshAsync("domuuid", name)).Trim();
        Assert.Equal(then, await File.ReadAllBytesAsync(Path.Combine(folder, copy, state), Ct));
        await libvirt.VirshAsync("start", name);
        await Guest.RemoveAsync(name, libvirt);
    }

    private static GuestSpec Spec(string tpm) => new(new DiskSpec("vda") { SizeMiB = 8 }) { DevicesXml = tpm };

    private async Task<BareVm> StartAsync(string tpm)
    {
        var vm = await BareVm.DefineAsync(host, Spec(tpm));
        await EmulatedTpm.StartAsync(vm);
        return vm;
    }

    private static async Task<string> ModeAsync(string path) => (await Tool.RunAsync("stat", "-c", "%a", path)).Trim();

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
