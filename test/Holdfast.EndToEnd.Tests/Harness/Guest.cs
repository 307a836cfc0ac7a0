using System.Globalization;
using System.Xml.Linq;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A real VM with the test guest in it.</summary>
public sealed class Guest : IAsyncDisposable
{
    private readonly GuestSpec _spec;
    private readonly Host _host;

    private Guest(Host host, GuestSpec spec, string name, string folder, IReadOnlyList<GuestDisk> disks) =>
        (_host, _spec, Name, Folder, Disks) = (host, spec, name, folder, disks);

    /// <summary>The domain's name.</summary>
    public string Name { get; private set; }

    /// <summary>The domain's UUID.</summary>
    public Guid Uuid { get; private set; }

    /// <summary>Where its images and its console's log are.</summary>
    public string Folder { get; }

    /// <summary>Its disks, as they were made.</summary>
    public IReadOnlyList<GuestDisk> Disks { get; }

    /// <summary>Commands in the guest, through its agent.</summary>
    public GuestAgentShell Agent => new(Name, Libvirt);

    /// <summary>The libvirt that runs it.</summary>
    public Libvirt Libvirt => _spec.Libvirt;

    /// <summary>Makes the disks, defines the domain, boots it, and waits for its agent.</summary>
    public static async Task<Guest> BootAsync(Host host, GuestSpec spec)
    {
        var guest = await DefineAsync(host, spec).ConfigureAwait(false);
        await guest.StartAsync().ConfigureAwait(false);
        return guest;
    }

    /// <summary>Makes the disks and defines the domain, shut off.</summary>
    public static async Task<Guest> DefineAsync(Host host, GuestSpec spec)
    {
        var name = host.NewName("vm");
        var folder = host.NewFolder("disks");
        var disks = new List<GuestDisk>();
        foreach (var disk in spec.Disks)
            disks.Add(await CreateDiskAsync(disk, Path.Combine(folder, $"{name}-{disk.Target}.{disk.Format}")).ConfigureAwait(false));
        var guest = new Guest(host, spec, name, folder, disks);
        await guest.RedefineAsync().ConfigureAwait(false);
        guest.Uuid = Guid.Parse((await guest.Libvirt.VirshAsync("domuuid", name).ConfigureAwait(false)).Trim());
        return guest;
    }

    /// <summary>Boots a new domain on images that are there already (restored ones); they go with it.</summary>
    public static async Task<Guest> AdoptAsync(Host host, params GuestDisk[] disks)
    {
        var spec = new GuestSpec([.. disks.Select(d => new DiskSpec(d.Target))]);
        var guest = new Guest(host, spec, host.NewName("vm"), host.NewFolder("disks"), disks);
        await guest.RedefineAsync().ConfigureAwait(false);
        guest.Uuid = Guid.Parse((await guest.Libvirt.VirshAsync("domuuid", guest.Name).ConfigureAwait(false)).Trim());
        await guest.StartAsync().ConfigureAwait(false);
        return guest;
    }

    /// <summary>Makes an image with a file system in it.</summary>
    public static async Task<GuestDisk> CreateDiskAsync(DiskSpec spec, string path)
    {
        var raw = spec.Format == "raw" ? path : path + ".raw";
        await Tool.RunAsync("truncate", "-s", string.Create(CultureInfo.InvariantCulture, $"{spec.SizeMiB}M"), raw).ConfigureAwait(false);
        if (spec.FileSystem == "ext4")
            await Tool.RunAsync("mkfs.ext4", "-q", "-F", raw).ConfigureAwait(false);
        else if (spec.FileSystem == "xfs")
            await Tool.RunAsync("mkfs.xfs", "-q", raw).ConfigureAwait(false);
        if (spec.Luks is { } secret)
        {
            if (raw == path)
                File.Move(path, raw = path + ".plain");
            await secret.ConvertAsync(raw, spec.Format, path).ConfigureAwait(false);
            File.Delete(raw);
            return new GuestDisk(spec.Target, path, spec.Format);
        }

        if (raw == path)
            return new GuestDisk(spec.Target, path, spec.Format);
        string[] options = spec.CreateOptions is { } create ? ["-o", create] : [];
        await Tool.RunAsync("qemu-img", ["convert", "-O", spec.Format, .. options, raw, path]).ConfigureAwait(false);
        File.Delete(raw);
        return new GuestDisk(spec.Target, path, spec.Format);
    }

    /// <summary>Starts the domain and waits for its agent, where it has one.</summary>
    public async Task StartAsync()
    {
        await Libvirt.VirshAsync("start", Name).ConfigureAwait(false);
        if (_spec.AgentChannel && !_spec.KernelArguments.Contains("guest.agent=off", StringComparison.Ordinal))
            await Agent.AwaitAsync().ConfigureAwait(false);
        else
            await Eventually.TrueAsync("the guest booted", () => ConsoleLog().Contains("GUEST-READY", StringComparison.Ordinal), 240).ConfigureAwait(false);
    }

    /// <summary>A clean shutdown through the agent, as a user does it.</summary>
    public async Task ShutdownAsync()
    {
        await Libvirt.VirshAsync("shutdown", Name, "--mode", "agent").ConfigureAwait(false);
        await Eventually.TrueAsync($"{Name} shut down", async () => await StateAsync().ConfigureAwait(false) == "shut off").ConfigureAwait(false);
    }

    /// <summary>Pulls the plug.</summary>
    public Task DestroyAsync() => Libvirt.VirshAsync("destroy", Name);

    /// <summary>kill -9 of the VM's QEMU: bitmaps aren't written back.</summary>
    public async Task KillQemuAsync()
    {
        var pid = (await File.ReadAllTextAsync($"/run/libvirt/qemu/{Name}.pid").ConfigureAwait(false)).Trim();
        await Tool.RunAsync("kill", "-9", pid).ConfigureAwait(false);
        await Eventually.TrueAsync($"{Name} is off", async () => await StateAsync().ConfigureAwait(false) == "shut off").ConfigureAwait(false);
    }

    /// <summary>libvirt's word for the domain's state.</summary>
    public async Task<string> StateAsync() => (await Libvirt.VirshAsync("domstate", Name).ConfigureAwait(false)).Trim();

    /// <summary>The domain's XML.</summary>
    public async Task<XElement> XmlAsync(params string[] options) =>
        XElement.Parse(await Libvirt.VirshAsync(["dumpxml", Name, .. options]).ConfigureAwait(false));

    /// <summary>Names of the checkpoints that libvirt lists.</summary>
    public async Task<IReadOnlyList<string>> CheckpointsAsync() =>
        (await Libvirt.VirshAsync("checkpoint-list", Name, "--name").ConfigureAwait(false))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Whether libvirt knows of a backup job on the domain.</summary>
    public async Task<bool> HasBackupJobAsync() =>
        (await Libvirt.TryVirshAsync("backup-dumpxml", Name).ConfigureAwait(false)).ExitCode == 0;

    /// <summary>The bitmaps that the running QEMU has on a disk.</summary>
    public async Task<IReadOnlyList<string>> LiveBitmapsAsync(string target) => await LiveBitmaps.OfAsync(this, target).ConfigureAwait(false);

    /// <summary>A root shell on the serial console, also usable while the agent is frozen.</summary>
    public Task<GuestConsole> OpenConsoleAsync() => GuestConsole.OpenAsync(this);

    /// <summary>What the guest printed on its console since its last start.</summary>
    public string ConsoleLog() => File.Exists(ConsoleLogPath) ? File.ReadAllText(ConsoleLogPath) : "";

    /// <summary>Defines the domain once more, with <paramref name="disks"/> instead of the ones that it has.</summary>
    public async Task RedefineAsync(IEnumerable<GuestDisk>? disks = null)
    {
        var file = Path.Combine(Folder, "domain.xml");
        await File.WriteAllTextAsync(file, DomainText(disks ?? Disks)).ConfigureAwait(false);
        await Libvirt.GiveAsync(Folder).ConfigureAwait(false);
        await Libvirt.VirshAsync("define", file).ConfigureAwait(false);
    }

    /// <summary>Gives the shut-off domain another name.</summary>
    public async Task RenameAsync(string name)
    {
        await Libvirt.VirshAsync("domrename", Name, name).ConfigureAwait(false);
        Name = name;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await RemoveAsync(Name, Libvirt).ConfigureAwait(false);
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    internal static async Task RemoveAsync(string name, Libvirt? libvirt = null)
    {
        libvirt ??= Libvirt.System;
        await libvirt.TryVirshAsync("destroy", name).ConfigureAwait(false);
        await libvirt.TryVirshAsync("undefine", name, "--managed-save", "--snapshots-metadata", "--checkpoints-metadata", "--nvram")
            .ConfigureAwait(false);
    }

    private string ConsoleLogPath => Path.Combine(Folder, "console.log");

    private string DomainText(IEnumerable<GuestDisk> disks)
    {
        var specs = _spec.Disks.ToDictionary(d => d.Target);
        var diskXml = string.Concat(disks.Select(d => DiskText(d, specs.GetValueOrDefault(d.Target))));
        var uuid = Uuid == Guid.Empty ? "" : $"<uuid>{Uuid}</uuid>";
        var agent = _spec.AgentChannel ? "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>" : "";
        return $"""
            <domain type='qemu'>
              <name>{Name}</name>{uuid}
              <memory unit='MiB'>192</memory><vcpu>1</vcpu>
              <os><type arch='x86_64' machine='q35'>hvm</type>
                <kernel>{_host.Kernel}</kernel><initrd>{_host.Initramfs}</initrd>
                <cmdline>console=ttyS0 quiet panic=-1 nokaslr mitigations=off no_timer_check {_spec.KernelArguments}</cmdline>{_spec.OsXml}
              </os>
              <features><acpi/></features>
              <on_poweroff>destroy</on_poweroff><on_crash>destroy</on_crash>
              <devices>
                <emulator>/usr/bin/qemu-system-x86_64</emulator>
                {diskXml}{agent}
                <serial type='pty'><log file='{ConsoleLogPath}' append='off'/><target port='0'/></serial>
                <console type='pty'><target type='serial' port='0'/></console>
                <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
                <memballoon model='virtio'/>{_spec.DevicesXml}
              </devices>
            </domain>
            """;
    }

    private static string DiskText(GuestDisk disk, DiskSpec? spec) => $"""
        <disk type='file' device='{spec?.Device ?? "disk"}'><driver name='qemu' type='{disk.Format}' discard='unmap'/>
          <source file='{disk.Path}'>{spec?.Luks?.EncryptionXml}</source><target dev='{disk.Target}' bus='{(disk.Target.StartsWith("sd", StringComparison.Ordinal) ? "sata" : "virtio")}'/>{spec?.ExtraXml}</disk>
        """;
}
