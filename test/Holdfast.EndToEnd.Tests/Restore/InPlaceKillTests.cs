using System.Globalization;
using Holdfast.EndToEnd.Tests.Harness;
using Holdfast.Protection.Node;

namespace Holdfast.EndToEnd.Tests.Restore;

/// <summary>
/// An in-place restore is killed before and after each of its external effects: the VM then has all of its old disks or all of the
/// restored ones, and its next restore is right.
/// </summary>
public sealed class InPlaceKillTests(Host host)
{
    private const int Old = 0x22;
    private const int Restored = 0x11;
    private const int OldMemoryKib = 98304;
    private const int RestoredMemoryKib = 65536;

    public static TheoryData<string> Gates => GatesOf(e => e is not (Effect.StartDomain or Effect.DefineDomain));

    public static TheoryData<string> GatesWithConfiguration => GatesOf(_ => true);

    [Theory]
    [MemberData(nameof(Gates))]
    public async Task An_in_place_restore_killed_at_any_effect_leaves_all_disks_or_none(string gate)
    {
        var (vm, node, point) = await PrepareAsync();
        await using var _ = vm;

        await node.RunUntilKilledAsync(gate, "restore", vm.Name, "--in-place", "--point", point);

        // The next start of the node finishes or undoes what was begun.
        (await node.RunAsync("vm", "list")).Succeeded();
        Assert.Contains(await PatternAsync(vm), (int[])[Old, Restored]);
        (await node.RunAsync("restore", vm.Name, "--in-place", "--point", point)).Succeeded();
        Assert.Equal(Restored, await PatternAsync(vm));
        AssertNothingIsLeft(vm, node);
    }

    [Theory]
    [MemberData(nameof(GatesWithConfiguration))]
    public async Task A_vm_started_by_the_host_after_the_kill_has_all_disks_and_the_configuration_of_one_time(string gate)
    {
        var (vm, node, point) = await PrepareAsync();
        await using var _ = vm;
        await vm.RedefineAsync(xml => xml.SetElementValue("memory", OldMemoryKib));
        await Tool.VirshAsync("autostart", vm.Name);
        string[] restore = ["restore", vm.Name, "--in-place", "--with-config", "--point", point, "--start"];

        await node.RunUntilKilledAsync(gate, restore);

        // As libvirt does with autostart, before anybody has run holdfast again.
        var started = await Tool.TryVirshAsync("start", vm.Name);
        var runs = await vm.Guest.StateAsync() == "running";
        if (runs)
            Assert.Contains(await PatternAsync(vm), (int[])[Old, Restored]);
        else
            Assert.Contains("No such file", started.Errors, StringComparison.Ordinal);
        (await node.RunAsync("vm", "list")).Succeeded();
        if (runs)
            await Tool.VirshAsync("destroy", vm.Name);
        (await node.RunAsync("vm", "list")).Succeeded();

        var pattern = await PatternAsync(vm);
        Assert.Equal(pattern == Restored ? RestoredMemoryKib : OldMemoryKib, await MemoryAsync(vm));
        (await node.RunAsync(restore)).Succeeded();
        Assert.Equal("running", await vm.Guest.StateAsync());
        Assert.Equal(Restored, await PatternAsync(vm));
        Assert.Equal(RestoredMemoryKib, await MemoryAsync(vm));
        Assert.Contains("Autostart:      enable", await Tool.VirshAsync("dominfo", vm.Name), StringComparison.Ordinal);
        AssertNothingIsLeft(vm, node);
    }

    private static TheoryData<string> GatesOf(Func<Effect, bool> wanted) => [.. Enum.GetValues<Effect>()
        .Where(e => e is >= Effect.WriteRestoreJournal and <= Effect.StartDomain && wanted(e)).SelectMany(e => new[] { $"{e}:before", $"{e}:after" })];

    // A VM that is off, with a point of three disks, which were overwritten since.
    private async Task<(BareVm Vm, Node Node, string Point)> PrepareAsync()
    {
        var vm = await BareVm.DefineAsync(
            host, new DiskSpec("vda") { SizeMiB = 4 }, new DiskSpec("vdb") { SizeMiB = 4 }, new DiskSpec("vdc") { SizeMiB = 4, Format = "raw" });
        var node = await Node.CreateAsync(host);
        await DiskPatterns.FillAsync(vm.Disks, Restored);
        var point = (await vm.BackUpAsync(node)).Point;
        await DiskPatterns.FillAsync(vm.Disks, Old);
        return (vm, node, point);
    }

    private static void AssertNothingIsLeft(BareVm vm, Node node)
    {
        Assert.Equal(
            vm.Disks.Select(d => d.Path).Order(),
            Directory.EnumerateFiles(vm.Guest.Folder).Where(f => Path.GetExtension(f) is not (".xml" or ".log")).Order());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(node.State, "restores")));
    }

    private static Task<int> PatternAsync(BareVm vm) => DiskPatterns.FindAsync(vm.Disks, Old, Restored);

    private static async Task<int> MemoryAsync(BareVm vm) =>
        int.Parse((await vm.Guest.XmlAsync("--inactive")).Element("memory")!.Value, CultureInfo.InvariantCulture);
}
