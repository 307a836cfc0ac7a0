using Holdfast.EndToEnd.Tests.Harness;
using Holdfast.Protection.Node;

namespace Holdfast.EndToEnd.Tests.Restore;

/// <summary>A restore as a new VM, or to files, is killed at each of its effects: it is then there whole, or nothing is left of it.</summary>
public sealed class RestoreKillTests(SavedFirmwareVm saved, Host host) : IClassFixture<SavedFirmwareVm>
{
    private static readonly Effect[] InPlaceOnly = [Effect.MoveOldImage, Effect.ForgetCheckpoints, Effect.DeleteOldImage];

    public static TheoryData<string> NewVmGates => GatesOf(e => !InPlaceOnly.Contains(e));

    public static TheoryData<string> FileGates => GatesOf(e => !InPlaceOnly.Contains(e) && e is not (Effect.DefineDomain or Effect.StartDomain));

    [Theory]
    [MemberData(nameof(NewVmGates))]
    public async Task A_restore_as_a_new_vm_killed_at_any_effect_leaves_a_whole_vm_or_nothing(string gate)
    {
        var node = saved.Node.OnAnotherMachine();
        var (name, folder) = (host.NewName("copy"), host.NewFolder("copy"));
        string[] restore = ["restore", saved.Vm.Name, "--as", name, "--disks-dir", folder, "--start"];

        await node.RunUntilKilledAsync(gate, restore);

        (await node.RunAsync("vm", "list")).Succeeded();
        var isThere = (await Tool.TryVirshAsync("dominfo", name)).ExitCode == 0;
        if (!isThere)
        {
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
            Assert.False(File.Exists(saved.NvramOf(name)));
            (await node.RunAsync(restore)).Succeeded();
        }

        Assert.Equal(isThere, gate is "DefineDomain:after" || gate.StartsWith("RemoveRestoreJournal", StringComparison.Ordinal)
            || gate.StartsWith("StartDomain", StringComparison.Ordinal));
        await Tool.TryVirshAsync("destroy", name);
        await saved.CompareDisksAsync(folder, name);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(node.State, "restores")));
        await Guest.RemoveAsync(name);
    }

    [Theory]
    [MemberData(nameof(FileGates))]
    public async Task A_restore_to_files_killed_at_any_effect_leaves_all_files_or_none(string gate)
    {
        var node = saved.Node.OnAnotherMachine();
        var folder = host.NewFolder("files");
        string[] restore = ["restore", saved.Vm.Name, "--disks-to", folder, "--with-config"];

        await node.RunUntilKilledAsync(gate, restore);

        (await node.RunAsync("vm", "list")).Succeeded();
        if (!Directory.EnumerateFileSystemEntries(folder).Any())
            (await node.RunAsync(restore)).Succeeded();
        Assert.Equal(saved.Vm.Disks.Count + 2, Directory.EnumerateFileSystemEntries(folder).Count());
        foreach (var disk in saved.Vm.Disks)
        {
            await Tool.RunAsync(
                "qemu-img", "compare", "-f", disk.Format, "-F", "qcow2", disk.Path, Path.Combine(folder, $"{saved.Vm.Name}-{disk.Target}.qcow2"));
        }

        await Tool.RunAsync("cmp", saved.Nvram, Path.Combine(folder, saved.Vm.Name + "-nvram.fd"));
    }

    private static TheoryData<string> GatesOf(Func<Effect, bool> wanted) => [.. Enum.GetValues<Effect>()
        .Where(e => e is >= Effect.WriteRestoreJournal and <= Effect.StartDomain && wanted(e)).SelectMany(e => new[] { $"{e}:before", $"{e}:after" })];
}
