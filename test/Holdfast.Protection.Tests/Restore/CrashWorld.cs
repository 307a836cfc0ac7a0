using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Restore;

namespace Holdfast.Protection.Tests.Restore;

/// <summary>
/// A restore whose process died: two images in folders that stand for file systems, and firmware variables beside the first. Its steps are done by plain
/// file calls, on a host of libvirt's test driver.
/// </summary>
internal sealed class CrashWorld : IDisposable
{
    public const string Old = "old";
    public const string New = "new";
    private readonly string _id = RestoreJournalFile.NewId();
    private List<RestoreItem> _items;

    public CrashWorld(RestoreKind kind = RestoreKind.InPlace)
    {
        Paths = new NodePaths(Folder["state"], Folder["cache"], null);
        foreach (var folder in (string[])["state", "fs1", "fs2"])
            Directory.CreateDirectory(Folder[folder]);
        (string Target, string Path)[] files = [("vda", "fs1/vda"), ("vdb", "fs2/vdb"), ("nvram", "fs1/vars")];
        _items = [.. files.Select(f => RestoreItem.Make(_id, f.Target, Folder[f.Path], replaces: kind is RestoreKind.InPlace))];
        foreach (var item in _items)
        {
            if (item.OldPath is not null)
                File.WriteAllText(item.Path, Old);
            File.WriteAllText(item.NewPath, New);
        }

        _items = [.. ImageRestorer.Stamped(_items)];
        using var journal = RestoreJournalFile.Create(Paths, new RestoreJournal
        {
            Id = _id,
            Kind = kind,
            Uuid = Guid.NewGuid(),
            Vm = "vm",
            Point = "p",
            Vault = "v",
            Items = _items,
            Sealed = true,
        });
    }

    public TemporaryFolder Folder { get; } = new();

    public NodePaths Paths { get; }

    public LibvirtConnection Host { get; } = LibvirtConnection.Open("test:///default");

    public RestoreItem this[string target] => _items.Single(i => i.Target == target);

    public bool HasJournal => File.Exists(RestoreJournalFile.PathOf(Paths, _id));

    public void MoveOld(params IEnumerable<string> targets)
    {
        foreach (var target in targets)
            File.Move(this[target].Path, this[target].OldPath!);
    }

    public void PlaceNew(params IEnumerable<string> targets)
    {
        foreach (var target in targets)
            File.Move(this[target].NewPath, this[target].Path);
    }

    /// <summary>Changes the journal; the text that lies on disk.</summary>
    public void Rewrite(Func<string, string> change)
    {
        var path = RestoreJournalFile.PathOf(Paths, _id);
        File.WriteAllText(path, change(File.ReadAllText(path)));
    }

    public void BeginUndo() => Rewrite(json => json.Replace("\"sealed\": true", "\"sealed\": false", StringComparison.Ordinal));

    /// <summary>The file system of the second image isn't mounted: its mount point is there, and empty.</summary>
    public void Unmount()
    {
        Directory.Move(Folder["fs2"], Folder["away"]);
        Directory.CreateDirectory(Folder["fs2"]);
    }

    public void Mount()
    {
        Directory.Delete(Folder["fs2"]);
        Directory.Move(Folder["away"], Folder["fs2"]);
    }

    public async Task<string> RecoverAsync()
    {
        var faults = await new InPlaceRecovery(new EngineContext { Paths = Paths, Host = Host }).RecoverAsync(TestContext.Current.CancellationToken);
        return Assert.Single(faults).Code.ToString();
    }

    public string? Content(string target) => File.Exists(this[target].Path) ? File.ReadAllText(this[target].Path) : null;

    public string?[] Contents() => [.. _items.Select(i => Content(i.Target))];

    public void Define(string name, string image, string format = "raw")
    {
        using var domain = Host.DefineDomain(
            $"""
            <domain type='test'><name>{name} {Guid.NewGuid():N}</name><memory>8192</memory><os><type>hvm</type></os>
            <devices><disk type='file' device='disk'><driver name='qemu' type='{format}'/><source file='{image}'/><target dev='vda'/></disk></devices></domain>
            """,
            validate: false);
    }

    public void Dispose()
    {
        Host.Dispose();
        Folder.Dispose();
    }
}
