using System.Globalization;
using System.Security.Cryptography;
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
    public Task StartAsync() => Guest.Libvirt.VirshAsync("start", Name);

    /// <summary>Ends QEMU by its own means: it writes its bitmaps back.</summary>
    public Task StopAsync() => Guest.Libvirt.VirshAsync("destroy", Name, "--graceful");

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
        await Guest.Libvirt.VirshAsync("define", file).ConfigureAwait(false);
        return file;
    }

    /// <summary>Lets the running VM write <paramref name="kib"/> KiB of a byte to a disk.</summary>
    public Task WriteAsync(string target, int atKib, int kib, byte value) =>
        QemuIoAsync(target, string.Create(CultureInfo.InvariantCulture, $"write -P {value} {atKib}k {kib}k"));

    /// <summary>Lets the running VM write <paramref name="kib"/> KiB of random bytes to a disk.</summary>
    public async Task WriteRandomAsync(string target, int atKib, int kib)
    {
        var file = Path.Combine(Guest.Folder, "random");
        await File.WriteAllBytesAsync(file, RandomNumberGenerator.GetBytes(kib << 10)).ConfigureAwait(false);
        await QemuIoAsync(target, string.Create(CultureInfo.InvariantCulture, $"write -s {file} {atKib}k {kib}k")).ConfigureAwait(false);
    }

    /// <summary>Lets the running VM discard <paramref name="kib"/> KiB of a disk.</summary>
    public Task DiscardAsync(string target, int atKib, int kib) =>
        QemuIoAsync(target, string.Create(CultureInfo.InvariantCulture, $"discard {atKib}k {kib}k"));

    /// <summary>The images that the VM's disks are now: an overlay may have taken the place of what was made.</summary>
    public async Task<IReadOnlyList<GuestDisk>> PresentDisksAsync() =>
    [
        .. (await Guest.XmlAsync().ConfigureAwait(false)).Descendants("disk").Select(d => new GuestDisk(
            d.Element("target")!.Attribute("dev")!.Value, d.Element("source")!.Attribute("file")!.Value, d.Element("driver")!.Attribute("type")!.Value)),
    ];

    /// <summary>Writes into an image that no VM has open.</summary>
    public static Task WriteImageAsync(string path, string format, int atKib, int kib, byte value) => Tool.RunAsync(
        "qemu-io", "-f", format, "-c", string.Create(CultureInfo.InvariantCulture, $"write -P {value} {atKib}k {kib}k"), path);

    /// <summary>Backs the running VM up, and compares the restored point with what nbdcopy read from the same frozen instant.</summary>
    public async Task<BackupRun> BackUpAndCompareAsync(Node node, params string[] options)
    {
        ArgumentNullException.ThrowIfNull(node);
        return await (await node.BackUpWithWitnessAsync(Guest, [.. CrashConsistent, .. options]).ConfigureAwait(false))
            .EqualsWitnessAsync().ConfigureAwait(false);
    }

    /// <summary>Backs the shut-off VM up, and compares the restored point with what qemu-img reads from its images.</summary>
    public async Task<BackupRun> BackUpOffAndCompareAsync(Node node, params GuestDisk[] disks)
    {
        ArgumentNullException.ThrowIfNull(node);
        var run = (await node.RunAsync("backup", Name, "--consistency", "crash").ConfigureAwait(false)).Succeeded().Backup;
        await CompareImagesAsync(node, Name, run.Point, disks.Length > 0 ? disks : [.. Disks]).ConfigureAwait(false);
        return run;
    }

    /// <summary>Makes an image that is empty, based on another.</summary>
    /// <param name="path">The image.</param>
    /// <param name="basedOn">The other.</param>
    /// <param name="size">Its size, for a base that can't be opened without a passphrase; null for that of the base.</param>
    public static Task CreateOverlayAsync(string path, string basedOn, string? size = null) => Tool.RunAsync(
        "qemu-img", ["create", "-q", "-f", "qcow2", .. size is null ? (string[])[] : ["-u"], "-b", basedOn, "-F", "qcow2", path, .. size is null ? (string[])[] : [size]]);

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
    public Task<BackupRun> BackUpAsync(Node node, params string[] options) => node.BackUpAsync(Guest, [.. CrashConsistent, .. options]);

    /// <summary>Our bitmaps on a disk of the running VM.</summary>
    public async Task<IReadOnlyList<string>> OurBitmapsAsync(string target) =>
        [.. (await Guest.LiveBitmapsAsync(target).ConfigureAwait(false)).Where(b => b.StartsWith("holdfast-", StringComparison.Ordinal))];

    // Through the backend of the guest's own device, as the guest's requests go.
    private async Task QemuIoAsync(string target, string command)
    {
        var disk = (await Guest.XmlAsync().ConfigureAwait(false)).Descendants("disk").Single(d => d.Element("target")!.Attribute("dev")!.Value == target);
        var device = disk.Element("alias")!.Attribute("name")!.Value;
        var said = await Guest.Libvirt.VirshAsync(
            "qemu-monitor-command", Name, "--hmp", $"qemu-io -d /machine/peripheral/{device}/virtio-backend \"{command}\"").ConfigureAwait(false);
        Assert.True(string.IsNullOrWhiteSpace(said), said);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Guest.DisposeAsync();
}
