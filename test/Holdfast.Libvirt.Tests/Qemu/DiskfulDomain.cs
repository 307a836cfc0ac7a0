using System.Diagnostics;
using System.Xml.Linq;

namespace Holdfast.Libvirt.Tests;

/// <summary>A real QEMU domain of the system daemon with two qcow2 disks and a raw one, and no operating system: SeaBIOS is enough for jobs and events.</summary>
internal sealed class DiskfulDomain : IDisposable
{
    private static readonly string[] TrackedDisks = ["vda", "vdb"];

    private readonly string _folder;

    private DiskfulDomain(LibvirtConnection connection, Domain domain, string folder)
    {
        Connection = connection;
        Domain = domain;
        _folder = folder;
        Paths = QemuRuntimePaths.For(connection, Path.Combine(folder, "scratch"));
    }

    internal LibvirtConnection Connection { get; }

    internal Domain Domain { get; }

    internal QemuRuntimePaths Paths { get; }

    internal static DiskfulDomain Start()
    {
        var name = "hf-lv-" + Guid.NewGuid().ToString("N")[..12];
        var folder = "/var/lib/libvirt/images/" + name;
        Directory.CreateDirectory(folder, (UnixFileMode)0b111_001_001);
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_001_001);
        Tool("qemu-img", "create", "-q", "-f", "qcow2", $"{folder}/vda.qcow2", "64M");
        Tool("qemu-img", "create", "-q", "-f", "qcow2", $"{folder}/vdb.qcow2", "64M");
        Tool("qemu-img", "create", "-q", "-f", "raw", $"{folder}/vdc.raw", "32M");
        var connection = LibvirtConnection.Open(LibvirtUri.System);
        var domain = connection.DefineDomain(
            new XElement(
                "domain",
                new XAttribute("type", "qemu"),
                new XElement("name", name),
                new XElement("memory", new XAttribute("unit", "MiB"), "32"),
                new XElement("vcpu", "1"),
                new XElement("os", new XElement("type", new XAttribute("arch", "x86_64"), new XAttribute("machine", "q35"), "hvm")),
                new XElement(
                    "devices",
                    Disk(folder, "vda", "qcow2"),
                    Disk(folder, "vdb", "qcow2"),
                    Disk(folder, "vdc", "raw"),
                    new XElement("channel", new XAttribute("type", "unix"), new XElement("target", new XAttribute("type", "virtio"), new XAttribute("name", GuestAgentChannel.PortName))),
                    new XElement("memballoon", new XAttribute("model", "none")))).ToString());
        var result = new DiskfulDomain(connection, domain, folder);
        domain.Start();
        return result;
    }

    internal string ImageOf(string target) => $"{_folder}/{target}.{(target == "vdc" ? "raw" : "qcow2")}";

    internal static BackupXml Backup(QemuRunFolder run, string? since, params string[] fullDisks) => new()
    {
        SocketPath = run.SocketPath,
        Disks =
        [
            .. TrackedDisks.Select(target => new BackupDiskXml
            {
                Target = target,
                Mode = since is null || fullDisks.Contains(target) ? BackupDiskMode.Full : BackupDiskMode.Incremental,
                IncrementalCheckpoint = since is null || fullDisks.Contains(target) ? null : since,
                ScratchPath = run.ScratchPath(target),
            }),
            new BackupDiskXml { Target = "vdc", IsIncluded = false },
        ],
    };

    internal static CheckpointXml Checkpoint(string name) => new()
    {
        Name = name,
        Description = "a test's",
        Disks = [new() { Target = "vda" }, new() { Target = "vdb" }, new() { Target = "vdc", IsTracked = false }],
    };

    /// <summary>A whole pull job without reading: begin, abort, wait for its end.</summary>
    internal async Task RunJobAsync(string? since, string checkpoint, CancellationToken ct, params string[] fullDisks)
    {
        using var run = Paths.CreateRunFolder(Domain, Guid.NewGuid().ToString("N")[..16]);
        run.HandOver();
        using var subscription = Connection.Subscribe(DomainEventKinds.JobCompleted, Domain);
        await Domain.BackupBeginAsync(Backup(run, since, fullDisks), Checkpoint(checkpoint), BackupBeginOptions.None, ct);
        await Domain.AbortJobAsync(ct);
        await subscription.Events.ReadAsync(ct);
    }

    /// <summary>Writes to a disk as the guest would: through the device, by QEMU's own monitor.</summary>
    internal void Write(string target, string offset, string length)
    {
        var device = $"/machine/peripheral/virtio-disk{target[2] - 'a'}/virtio-backend";
        var command = $$$"""{"execute":"human-monitor-command","arguments":{"command-line":"qemu-io -d {{{device}}} \"write -P 7 {{{offset}}} {{{length}}}\""}}""";
        var reply = Domain.MonitorCommand(command);
        Assert.DoesNotContain("rror", reply, StringComparison.Ordinal);
    }

    internal static void Tool(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error}");
    }

    public void Dispose()
    {
        if (Domain.IsActive)
        {
            Domain.Destroy();
        }

        Domain.Undefine(DomainUndefineOptions.CheckpointsMetadata | DomainUndefineOptions.SnapshotsMetadata | DomainUndefineOptions.ManagedSave);
        Domain.Dispose();
        Connection.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static XElement Disk(string folder, string target, string format) => new(
        "disk",
        new XAttribute("type", "file"),
        new XAttribute("device", "disk"),
        new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", format), new XAttribute("discard", "unmap")),
        new XElement("source", new XAttribute("file", $"{folder}/{target}.{(format == "raw" ? "raw" : format)}")),
        new XElement("target", new XAttribute("dev", target), new XAttribute("bus", "virtio")));
}
