using System.Globalization;
using System.Xml.Linq;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>
/// A VM without an operating system: it runs within a second, and QEMU itself writes to its disks through the device's own backend,
/// as a guest's writes go. For tests of what happens to disks and bitmaps, where nothing inside the guest matters.
/// </summary>
public sealed class BareVm : IAsyncDisposable
{
    private static readonly string[] CrashConsistent = ["--consistency", "crash"];
    private readonly Host _host;

    private BareVm(Host host, Guest guest) => (_host, Guest) = (host, guest);

    /// <summary>The VM as the other parts of the harness know it.</summary>
    public Guest Guest { get; }

    /// <summary>The domain's name.</summary>
    public string Name => Guest.Name;

    /// <summary>Its disks, as they were made.</summary>
    public IReadOnlyList<GuestDisk> Disks => Guest.Disks;

    /// <summary>Makes the disks and defines the VM, shut off.</summary>
    public static Task<BareVm> DefineAsync(Host host, params DiskSpec[] disks) => DefineAsync(host, new GuestSpec(disks));

    /// <summary>Makes the disks and defines the VM, shut off.</summary>
    public static async Task<BareVm> DefineAsync(Host host, GuestSpec spec)
    {
        var vm = new BareVm(host, await Guest.DefineAsync(host, spec with { AgentChannel = false }).ConfigureAwait(false));
        await vm.RedefineAsync(_ => { }).ConfigureAwait(false);
        return vm;
    }

    /// <summary>Makes the disks and starts the VM.</summary>
    public static async Task<BareVm> StartAsync(Host host, params DiskSpec[] disks)
    {
        var vm = await DefineAsync(host, disks).ConfigureAwait(false);
        await vm.StartAsync().ConfigureAwait(false);
        return vm;
    }

    /// <summary>Starts it.</summary>
    public Task StartAsync() => Tool.VirshAsync("start", Name);

    /// <summary>Ends QEMU by its own means: it writes its bitmaps back.</summary>
    public Task StopAsync() => Tool.VirshAsync("destroy", Name, "--graceful");

    /// <summary>Changes the VM's definition while it is off.</summary>
    public async Task<string> RedefineAsync(Action<XElement> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var xml = await Guest.XmlAsync("--inactive").ConfigureAwait(false);
        foreach (var element in xml.Element("os")!.Elements().Where(e => e.Name.LocalName is "kernel" or "initrd" or "cmdline").ToList())
            element.Remove();
        xml.SetElementValue("memory", 64 * 1024);
        xml.SetElementValue("currentMemory", 64 * 1024);
        change(xml);
        var file = Path.Combine(Guest.Folder, "bare.xml");
        await File.WriteAllTextAsync(file, xml.ToString()).ConfigureAwait(false);
        await Tool.VirshAsync("define", file).ConfigureAwait(false);
        return file;
    }

    /// <summary>Lets the running VM write <paramref name="kib"/> KiB of a byte to a disk.</summary>
    public async Task WriteAsync(string target, int atKib, int kib, byte value)
    {
        var disk = (await Guest.XmlAsync().ConfigureAwait(false)).Descendants("disk").Single(d => d.Element("target")!.Attribute("dev")!.Value == target);
        var device = disk.Element("alias")!.Attribute("name")!.Value;
        var said = await Tool.VirshAsync("qemu-monitor-command", Name, "--hmp", string.Create(
            CultureInfo.InvariantCulture, $"qemu-io -d /machine/peripheral/{device}/virtio-backend \"write -P {value} {atKib}k {kib}k\"")).ConfigureAwait(false);
        Assert.True(string.IsNullOrWhiteSpace(said), said);
    }

    /// <summary>Writes into an image that no VM has open.</summary>
    public static Task WriteImageAsync(string path, string format, int atKib, int kib, byte value) => Tool.RunAsync(
        "qemu-io", "-f", format, "-c", string.Create(CultureInfo.InvariantCulture, $"write -P {value} {atKib}k {kib}k"), path);

    /// <summary>Backs the running VM up, and compares the restored point with what nbdcopy read from the same frozen instant.</summary>
    public async Task<BackupRun> BackUpAndCompareAsync(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return await (await node.BackUpWithWitnessAsync(Guest, CrashConsistent).ConfigureAwait(false)).EqualsWitnessAsync().ConfigureAwait(false);
    }

    /// <summary>Backs the shut-off VM up, and compares the restored point with what qemu-img reads from its images.</summary>
    public async Task<BackupRun> BackUpOffAndCompareAsync(Node node, params GuestDisk[] disks)
    {
        ArgumentNullException.ThrowIfNull(node);
        var run = (await node.RunAsync("backup", Name, "--consistency", "crash").ConfigureAwait(false)).Succeeded().Backup;
        await CompareImagesAsync(node, Name, run.Point, disks.Length > 0 ? disks : [.. Disks]).ConfigureAwait(false);
        return run;
    }

    /// <summary>Compares a point with what qemu-img reads from images that nobody writes to.</summary>
    public async Task CompareImagesAsync(Node node, string vm, string point, IReadOnlyList<GuestDisk> disks)
    {
        ArgumentNullException.ThrowIfNull(node);
        var restored = await node.RestoreDisksAsync(vm, point).ConfigureAwait(false);
        Assert.Equal(disks.Select(d => d.Target).Order(), restored.Keys.Order());
        foreach (var disk in disks)
            await Tool.RunAsync("cmp", await FrozenExport.ReadImageAsync(_host, disk).ConfigureAwait(false), restored[disk.Target]).ConfigureAwait(false);
    }

    /// <summary>Backs it up without a look at the outcome.</summary>
    public Task<CliResult> TryBackUpAsync(Node node) => node.RunAsync(["backup", Name, .. CrashConsistent]);

    /// <summary>Backs it up with success.</summary>
    public Task<BackupRun> BackUpAsync(Node node) => node.BackUpAsync(Guest, CrashConsistent);

    /// <summary>Our bitmaps on a disk of the running VM.</summary>
    public async Task<IReadOnlyList<string>> OurBitmapsAsync(string target) =>
        [.. (await Guest.LiveBitmapsAsync(target).ConfigureAwait(false)).Where(b => b.StartsWith("holdfast-", StringComparison.Ordinal))];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Guest.DisposeAsync();
}
