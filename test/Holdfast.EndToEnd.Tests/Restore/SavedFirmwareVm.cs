using System.Security.Cryptography;
using System.Xml.Linq;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Restore;

/// <summary>A VM with UEFI firmware that is off, with two disks and variables of its own; and a node with a point of it.</summary>
public sealed class SavedFirmwareVm(Host host) : IAsyncLifetime
{
    private const string Code = "/usr/share/OVMF/OVMF_CODE_4M.fd";
    private const string Template = "/usr/share/OVMF/OVMF_VARS_4M.fd";

    internal BareVm Vm { get; private set; } = null!;

    internal Node Node { get; private set; } = null!;

    internal string Point { get; private set; } = null!;

    /// <summary>The variables' file.</summary>
    internal string Nvram => Path.Combine(Vm.Guest.Folder, "efi_VARS.fd");

    /// <summary>The variables as they were at the time of the point.</summary>
    internal byte[] NvramThen { get; private set; } = [];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Vm = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 8 }, new DiskSpec("vdb") { SizeMiB = 8, Format = "raw" });
        NvramThen = await File.ReadAllBytesAsync(Template);
        // Behind the variable store; the firmware doesn't mind.
        RandomNumberGenerator.Fill(NvramThen.AsSpan(^1024));
        await File.WriteAllBytesAsync(Nvram, NvramThen);
        await Vm.RedefineAsync(xml => xml.Element("os")!.Add(
            new XElement("loader", new XAttribute("readonly", "yes"), new XAttribute("type", "pflash"), Code), new XElement("nvram", Nvram)));
        await BareVm.WriteImageAsync(Vm.Disks[0].Path, "qcow2", 1024, 2048, 0x51);
        await BareVm.WriteImageAsync(Vm.Disks[1].Path, "raw", 3072, 2048, 0x52);
        Node = await Node.CreateAsync(host);
        Point = (await Vm.BackUpAsync(Node)).Point;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Vm is null ? ValueTask.CompletedTask : Vm.DisposeAsync();

    /// <summary>Where a copy's variables lie.</summary>
    internal string NvramOf(string copy) => Path.Combine(Vm.Guest.Folder, copy + "_VARS.fd");

    /// <summary>Compares a copy's images with the VM's own.</summary>
    internal async Task CompareDisksAsync(string folder, string copy)
    {
        foreach (var disk in Vm.Disks)
        {
            await Tool.RunAsync(
                "qemu-img", "compare", "-f", disk.Format, "-F", disk.Format, disk.Path, Path.Combine(folder, $"{copy}-{disk.Target}.{disk.Format}"));
        }
    }
}
