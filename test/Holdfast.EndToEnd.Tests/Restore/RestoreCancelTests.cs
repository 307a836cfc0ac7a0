using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Restore;

/// <summary>Ctrl-C ends a restore as if it had not begun; one whose disks are being exchanged is finished.</summary>
public sealed class RestoreCancelTests(SavedFirmwareVm saved, Host host) : IClassFixture<SavedFirmwareVm>
{
    [Theory]
    [InlineData("--as")]
    [InlineData("--disks-to")]
    public async Task A_cancelled_restore_leaves_nothing_behind(string kind)
    {
        var (name, folder) = (host.NewName("cancelled"), host.NewFolder("cancelled"));
        string[] restore = kind == "--as"
            ? ["restore", saved.Vm.Name, "--as", name, "--disks-dir", folder] : ["restore", saved.Vm.Name, "--disks-to", folder];
        await using var process = await saved.Node.StartPausedAsync("WriteImage:after", restore);

        var result = await InterruptAsync(process);

        Assert.Equal(130, result.ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Assert.False(File.Exists(saved.NvramOf(name)));
        Assert.NotEqual(0, (await Tool.TryVirshAsync("dominfo", name)).ExitCode);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(saved.Node.State, "restores")));
    }

    [Theory]
    [InlineData("WriteImage:after", false)]
    [InlineData("MoveOldImage:after", true)]
    public async Task A_cancelled_in_place_restore_leaves_the_old_disks_before_the_exchange_and_the_restored_ones_after(string gate, bool finished)
    {
        await using var vm = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 4 }, new DiskSpec("vdb") { SizeMiB = 4 });
        var node = await Node.CreateAsync(host);
        foreach (var disk in vm.Disks)
            await BareVm.WriteImageAsync(disk.Path, "qcow2", 0, 4096, 0x11);
        await vm.BackUpAsync(node);
        foreach (var disk in vm.Disks)
            await BareVm.WriteImageAsync(disk.Path, "qcow2", 0, 4096, 0x22);
        await using var process = await node.StartPausedAsync(gate, "restore", vm.Name, "--in-place");

        var result = await InterruptAsync(process);

        Assert.Equal(finished ? 0 : 130, result.ExitCode);
        foreach (var disk in vm.Disks)
            await Tool.RunAsync("qemu-io", "-r", "-f", "qcow2", "-c", $"read -P {(finished ? 0x11 : 0x22)} 0 4M", disk.Path);
        Assert.Equal(vm.Disks.Select(d => d.Path).Order(), Directory.EnumerateFiles(vm.Guest.Folder, "*.qcow2*").Order());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(node.State, "restores")));
    }

    private static async Task<CliResult> InterruptAsync(HoldfastProcess process)
    {
        await process.SignalAsync("INT");
        process.Resume();
        return await process.EndAsync();
    }
}
