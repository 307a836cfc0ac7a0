using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Tpm;

/// <summary>A restore of a VM with a TPM is killed at what concerns the TPM's state: it is exchanged with the disks, or not at all.</summary>
public sealed class TpmKillTests(Host host)
{
    private const int Old = 0x22;
    private const int Restored = 0x11;

    public static TheoryData<string> InPlaceGates => new(
        "WriteTpmState:before", "WriteTpmState:after", "SealRestoreJournal:before", "SealRestoreJournal:after", "MoveOldImage:before", "MoveOldImage:after",
        "PlaceNewImage:before", "PlaceNewImage:after", "DefineDomain:after", "DeleteOldImage:before", "DeleteOldImage:after", "RemoveRestoreJournal:before");

    [Theory]
    [MemberData(nameof(InPlaceGates))]
    public async Task Killed_in_place_the_vm_has_disks_and_tpm_of_one_time(string gate)
    {
        await using var vm = await BareVm.DefineAsync(
            host, new GuestSpec(new DiskSpec("vda") { SizeMiB = 4 }, new DiskSpec("vdb") { SizeMiB = 4 }) { DevicesXml = EmulatedTpm.Xml() });
        await EmulatedTpm.StartAsync(vm);
        await vm.StopAsync();
        var node = await Node.CreateAsync(host);
        await DiskPatterns.FillAsync(vm.Disks, Restored);
        var point = (await node.RunAsync("backup", vm.Name, "--consistency", "crash")).Succeeded().Backup.Point;
        var then = await EmulatedTpm.ReadAsync(vm.Guest.Uuid);
        var present = await EmulatedTpm.MakeNewAsync(vm);
        await DiskPatterns.FillAsync(vm.Disks, Old);
        string[] restore = ["restore", vm.Name, "--in-place", "--with-config", "--point", point];

        await node.RunUntilKilledAsync(gate, restore);

        // As a user would, before anybody has run holdfast again: nothing new is made in the place of what was moved aside.
        var started = await Tool.TryVirshAsync("start", vm.Name, "--paused");
        if (started.ExitCode == 0)
            await vm.StopAsync();
        else
            Assert.Contains("No such file", started.Errors, StringComparison.Ordinal);
        (await node.RunAsync("vm", "list")).Succeeded();
        var pattern = await DiskPatterns.FindAsync(vm.Disks, Old, Restored);
        Assert.Equal(pattern == Restored ? then : present, await EmulatedTpm.ReadAsync(vm.Guest.Uuid));

        (await node.RunAsync(restore)).Succeeded();
        Assert.Equal(Restored, await DiskPatterns.FindAsync(vm.Disks, Old, Restored));
        Assert.Equal(then, await EmulatedTpm.ReadAsync(vm.Guest.Uuid));
        Assert.Equal(
            [".lock", "tpm2-00.permall"],
            Directory.EnumerateFiles(Path.GetDirectoryName(EmulatedTpm.FileOf(vm.Guest.Uuid))!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(node.State, "restores")));
    }

    [Fact]
    public async Task Killed_as_a_new_vm_no_state_and_no_folder_of_it_is_left()
    {
        await using var vm = await BareVm.DefineAsync(host, new GuestSpec(new DiskSpec("vda") { SizeMiB = 4 }) { DevicesXml = EmulatedTpm.Xml() });
        await EmulatedTpm.StartAsync(vm);
        var node = await Node.CreateAsync(host);
        await vm.BackUpAsync(node);
        foreach (var gate in (string[])["WriteTpmState:before", "WriteTpmState:after", "SealRestoreJournal:after", "PlaceNewImage:after", "DefineDomain:before"])
        {
            var (name, folder) = (host.NewName("copy"), host.NewFolder("copy"));
            await node.RunUntilKilledAsync(gate, "restore", vm.Name, "--as", name, "--disks-dir", folder);
            var state = await PlaceAsync(node);

            (await node.RunAsync("vm", "list")).Succeeded();

            Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
            Assert.False(Directory.Exists(Path.GetDirectoryName(Path.GetDirectoryName(state))), gate);
        }
    }

    // The place is that of a UUID that only the journal knows.
    private static async Task<string> PlaceAsync(Node node)
    {
        using var journal = System.Text.Json.JsonDocument.Parse(
            await File.ReadAllTextAsync(Assert.Single(Directory.EnumerateFiles(Path.Combine(node.State, "restores"), "*.json")), TestContext.Current.CancellationToken));
        return journal.RootElement.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("path").GetString()!)
            .Single(p => p.StartsWith("/var/lib/libvirt/swtpm/", StringComparison.Ordinal));
    }
}
