using System.Xml.Linq;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Restore;

/// <summary>What a firmware keeps outside the disks comes back too, or its absence is said.</summary>
public sealed class FirmwareTests(SavedFirmwareVm saved, Host host) : IClassFixture<SavedFirmwareVm>
{
    [Fact]
    public async Task A_new_vm_has_the_uefi_variables_of_the_point_in_a_file_of_its_own_and_starts()
    {
        var (name, folder) = (host.NewName("copy"), host.NewFolder("copy"));

        (await saved.Node.RunAsync("restore", saved.Vm.Name, "--as", name, "--disks-dir", folder)).Succeeded();

        var nvram = XElement.Parse(await Tool.VirshAsync("dumpxml", name, "--inactive")).Element("os")!.Element("nvram")!.Value;
        Assert.Equal(saved.NvramOf(name), nvram);
        Assert.Equal(saved.NvramThen, await File.ReadAllBytesAsync(nvram, TestContext.Current.CancellationToken));
        await Tool.VirshAsync("start", name);
        Assert.Equal("running", (await Tool.VirshAsync("domstate", name)).Trim());
        await Guest.RemoveAsync(name);
    }

    [Fact]
    public async Task An_in_place_restore_with_the_configuration_brings_the_uefi_variables_back()
    {
        await using var vm = new SavedFirmwareVm(host);
        await vm.InitializeAsync();
        await File.WriteAllTextAsync(vm.Nvram, "overwritten", TestContext.Current.CancellationToken);

        (await vm.Node.RunAsync("restore", vm.Vm.Name, "--in-place")).Succeeded();
        Assert.Equal("overwritten", await File.ReadAllTextAsync(vm.Nvram, TestContext.Current.CancellationToken));
        (await vm.Node.RunAsync("restore", vm.Vm.Name, "--in-place", "--with-config")).Succeeded();

        Assert.Equal(vm.NvramThen, await File.ReadAllBytesAsync(vm.Nvram, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Files_with_the_configuration_are_disks_definition_and_variables()
    {
        var folder = host.NewFolder("files");

        (await saved.Node.RunAsync("restore", saved.Vm.Name, "--disks-to", folder, "--format", "raw", "--with-config")).Succeeded();

        Assert.Equal(
            saved.NvramThen,
            await File.ReadAllBytesAsync(Path.Combine(folder, saved.Vm.Name + "-nvram.fd"), TestContext.Current.CancellationToken));
        var xml = XElement.Load(Path.Combine(folder, saved.Vm.Name + ".xml"));
        Assert.Equal(saved.Vm.Guest.Uuid.ToString(), xml.Element("uuid")!.Value);
        foreach (var disk in saved.Vm.Disks)
            await Tool.RunAsync("qemu-img", "compare", "-f", disk.Format, "-F", "raw", disk.Path, Path.Combine(folder, $"{saved.Vm.Name}-{disk.Target}.raw"));
    }

    [Fact]
    public async Task A_file_of_variables_that_is_taken_is_told_and_left_as_it_is()
    {
        var (name, folder) = (host.NewName("taken"), host.NewFolder("taken"));
        await File.WriteAllTextAsync(saved.NvramOf(name), "mine", TestContext.Current.CancellationToken);

        var result = await saved.Node.RunAsync("restore", saved.Vm.Name, "--as", name, "--disks-dir", folder);

        Assert.Equal("HoldfastDiskFileExists", result.FaultCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(saved.NvramOf(name), TestContext.Current.CancellationToken));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task A_point_without_the_variables_is_restored_and_their_absence_said()
    {
        await using var vm = new SavedFirmwareVm(host);
        await vm.InitializeAsync();
        File.Delete(vm.Nvram);
        var point = (await vm.Vm.BackUpAsync(vm.Node)).Point;
        var name = host.NewName("copy");

        var result = (await vm.Node.RunAsync(
            "restore", vm.Vm.Name, "--as", name, "--point", point, "--disks-dir", host.NewFolder("copy"))).Succeeded();

        Assert.Contains("HoldfastNvramNotInPoint", result.Text, StringComparison.Ordinal);
        await Guest.RemoveAsync(name);
    }
}
