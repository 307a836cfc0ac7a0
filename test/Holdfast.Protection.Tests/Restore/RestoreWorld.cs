using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Protection.Restore;
using Holdfast.Protection.Tests.Points;
using Holdfast.Vault;

namespace Holdfast.Protection.Tests.Restore;

/// <summary>A real vault with a point of a VM of two disks, and a host of libvirt's test driver with that VM's present images.</summary>
internal sealed class RestoreWorld : IAsyncDisposable
{
    private const int ChunkBytes = 64 * 1024;
    private readonly LibvirtConnection _host = LibvirtConnection.Open("test:///default");
    // Worlds that are there at the same time are on one host.
    private readonly string _mac = "52:54:00:" + string.Join(':', RandomNumberGenerator.GetBytes(3).Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));

    public TemporaryFolder Folder { get; } = new();

    public Guid Uuid { get; } = Guid.NewGuid();

    public string Name { get; } = "vm-" + Guid.NewGuid().ToString("N")[..8];

    public byte[] DiskA { get; } = Some(5 * 1024 * 1024);

    public byte[] DiskB { get; } = Some((3 * 1024 * 1024) + 512);

    public byte[] Nvram { get; } = RandomNumberGenerator.GetBytes(4096);

    public BackupVault Vault { get; private set; } = null!;

    public RecoveryPoint Point { get; private set; } = null!;

    public string ImageA => Folder["images/a.qcow2"];

    public string ImageB => Folder["images/b.raw"];

    public LibvirtConnection Host => _host;

    public NodePaths Paths => new(Folder["state"], Folder["cache"], null);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<RestoreWorld> CreateAsync(string network = "default", string? hotPlugged = null, string? excluded = null)
    {
        var world = new RestoreWorld();
        Directory.CreateDirectory(world.Folder["images"]);
        Directory.CreateDirectory(world.Folder["new"]);
        var store = new LocalFolderStore(world.Folder["vault"]);
        await BackupVault.InitAsync(store, new VaultInitOptions { Passphrase = "correct horse battery staple", Iterations = 10_000 }, Ct);
        world.Vault = await BackupVault.OpenAsync(
            store, VaultCredential.FromPassphrase("correct horse battery staple"),
            new VaultOpenOptions { CacheDirectory = world.Folder["cache"], Parallelism = 2 }, Ct);
        var xml = world.Xml(network);
        using (world._host.DefineDomain(xml, validate: false))
        {
        }

        await File.WriteAllTextAsync(world.ImageA, "present a", Ct);
        await File.WriteAllTextAsync(world.ImageB, "present b", Ct);
        var saved = DomainXml.Parse(xml);
        if (hotPlugged is not null)
            saved.FindDisk(hotPlugged)!.Element.Remove();
        await world.BackUpAsync(saved.ToXml(), excluded);
        return world;
    }

    public RestoreService Service => new(Context());

    public EngineContext Context() => new() { Vault = Vault, Host = _host, Paths = Paths };

    public bool IsClean() =>
        !Directory.EnumerateFiles(Folder.Path, "*holdfast-*", SearchOption.AllDirectories).Any()
        && (!Directory.Exists(Folder["state/restores"]) || !Directory.EnumerateFileSystemEntries(Folder["state/restores"]).Any());

    public bool PresentImagesAreUntouched() =>
        File.ReadAllText(ImageA) == "present a" && File.ReadAllText(ImageB) == "present b";

    public async ValueTask DisposeAsync()
    {
        // The test driver's host goes with its connection.
        _host.Dispose();
        await Vault.DisposeAsync();
        Folder.Dispose();
    }

    private string Xml(string network) => string.Create(CultureInfo.InvariantCulture, $"""
        <domain type='test'><name>{Name}</name><uuid>{Uuid:D}</uuid><memory>8192</memory>
          <os><type>hvm</type><loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader><nvram>{Folder["images/vars.fd"]}</nvram></os>
          <devices>
            <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{ImageA}'/><target dev='vda' bus='virtio'/></disk>
            <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{ImageB}'/><target dev='vdb' bus='virtio'/></disk>
            <interface type='network'><mac address='{_mac}'/><source network='{network}'/></interface>
            <serial type='pty'><log file='{Folder["images/console.log"]}' append='off'/><target port='0'/></serial>
          </devices>
        </domain>
        """);

    private async Task BackUpAsync(string xml, string? excluded)
    {
        var details = SamplePoints.Details(
            Name, SamplePoints.Disk("vda", ImageA), SamplePoints.Disk("vdb", ImageB, "raw")) with { NvramAttachment = "nvram" };
        await using var session = await Vault.OpenSessionAsync(new SourceId(Uuid), Ct);
        foreach (var (name, disk) in new[] { ("vda", DiskA), ("vdb", DiskB) }.Where(d => d.Item1 != excluded))
            await WriteAsync(session, name, disk);
        await session.AddAttachmentAsync("domain.xml", Encoding.UTF8.GetBytes(xml), Ct);
        await session.AddAttachmentAsync("nvram", Nvram, Ct);
        var stored = await session.CommitAsync(PointDetailsJson.Write(details), DateTimeOffset.UnixEpoch.AddYears(50), Ct);
        Point = new RecoveryPoint(stored, details);
    }

    private async Task WriteAsync(VaultSession session, string name, byte[] disk)
    {
        var writer = session.BeginDisk(new DiskSpec(name, disk.Length, ChunkBytes, name), null);
        for (var i = 0L; i * ChunkBytes < disk.Length; i++)
        {
            var piece = disk.AsMemory((int)(i * ChunkBytes), (int)Math.Min(ChunkBytes, disk.Length - (i * ChunkBytes)));
            if (piece.Span.IndexOfAnyExcept((byte)0) < 0)
                continue;
            var buffer = Vault.RentChunk(ChunkBytes);
            buffer.Memory.Span.Clear();
            piece.CopyTo(buffer.Memory);
            await writer.WriteChunkAsync(i, buffer, Ct);
        }

        await writer.CompleteAsync(Ct);
    }

    private static byte[] Some(int size)
    {
        var disk = new byte[size];
        for (var at = 0; at < size; at += 700_000)
            RandomNumberGenerator.Fill(disk.AsSpan(at, Math.Min(300_000, size - at)));
        return disk;
    }
}
