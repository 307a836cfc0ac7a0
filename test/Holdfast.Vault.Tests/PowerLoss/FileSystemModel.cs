namespace Holdfast.Vault.Tests.PowerLoss;

/// <summary>
/// A file system that keeps only what was synced: what is in a file since the file was synced, names in a folder since the folder was. What wasn't may be there after a loss of
/// power, or not, in any combination: more than a real file system does to its users, and all that POSIX promises.
/// </summary>
internal sealed class FileSystemModel
{
    private readonly Dictionary<string, Entry> _now = [];
    private readonly Dictionary<string, Entry> _durable = [];
    private readonly List<(FileChange Change, Entry? Entry)> _pending = [];

    /// <summary>Takes over what a folder holds, as durable.</summary>
    public static FileSystemModel Of(string folder)
    {
        var model = new FileSystemModel();
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            var content = entry is FileInfo ? File.ReadAllBytes(entry.FullName) : null;
            model._now[entry.FullName] = model._durable[entry.FullName] = new Entry(content) { Durable = content };
        }

        return model;
    }

    /// <summary>Does what a system call did.</summary>
    public void Do(FileChange change)
    {
        switch (change.Kind)
        {
            case FileChangeKind.Create when !_now.ContainsKey(change.Path):
                Change(change, new Entry([]) { Durable = [] });
                break;
            case FileChangeKind.Create:
                break;
            case FileChangeKind.MakeFolder:
                Change(change, new Entry(null));
                break;
            case FileChangeKind.Rename:
                Change(change, _now[change.From]);
                break;
            case FileChangeKind.Remove:
                Change(change, null);
                break;
            case FileChangeKind.Write:
                // Without a name nobody sees it any more.
                if (_now.TryGetValue(change.Path, out var written))
                    written.Write(change.Offset, change.Data);
                break;
            case FileChangeKind.Sync when _now.TryGetValue(change.Path, out var file) && file.Content is not null:
                file.Durable = [.. file.Content];
                break;
            case FileChangeKind.Sync:
                // Only what was over when the sync began.
                var synced = _pending.Where(p => FolderOf(p.Change.Path) == change.Path && p.Change.EndedNanoseconds <= change.BegunNanoseconds).ToList();
                synced.ForEach(p => Apply(_durable, p.Change, p.Entry));
                _pending.RemoveAll(synced.Contains);
                break;
            default:
                throw new NotSupportedException(change.ToString());
        }
    }

    /// <summary>Writes what a loss of power leaves now.</summary>
    /// <param name="root">The folder that the names begin with.</param>
    /// <param name="target">The folder to write to.</param>
    /// <param name="random">Decides what of the unsynced is there.</param>
    public void WriteAfterLoss(string root, string target, Random random)
    {
        var names = _durable.ToDictionary();
        // Nothing, all, or some of the names; of what was written and not synced as much as the disk came to.
        var share = random.Next(3) switch { 0 => 0.0, 1 => 1.0, _ => 0.5 };
        foreach (var (change, entry) in _pending.Where(_ => random.NextDouble() < share))
            Apply(names, change, entry);
        foreach (var (path, entry) in names.OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(root, path));
            // Whose folder isn't there can't be reached.
            if (!Directory.Exists(Path.GetDirectoryName(copy)))
                continue;
            if (entry.Content is null)
                Directory.CreateDirectory(copy);
            else
                File.WriteAllBytes(copy, entry.AfterLoss(random));
        }
    }

    private void Change(FileChange change, Entry? entry)
    {
        Apply(_now, change, entry);
        _pending.Add((change, entry));
    }

    private static void Apply(Dictionary<string, Entry> names, FileChange change, Entry? entry)
    {
        if (change.Kind is FileChangeKind.Rename)
            names.Remove(change.From);
        if (entry is null)
            names.Remove(change.Path);
        else
            names[change.Path] = entry;
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(path)!;

    /// <summary>A file, or a folder.</summary>
    private sealed class Entry(byte[]? content)
    {
        /// <summary>What programs see; null: a folder.</summary>
        public byte[]? Content { get; private set; } = content;

        /// <summary>What was there when it was last synced.</summary>
        public byte[]? Durable { get; set; }

        public void Write(long? offset, byte[] data)
        {
            var at = (int)(offset ?? Content!.Length);
            var grown = new byte[Math.Max(Content!.Length, at + data.Length)];
            Content.CopyTo(grown, 0);
            data.CopyTo(grown, at);
            Content = grown;
        }

        // Blocks come to the disk in any order, and the length may be there before them.
        public byte[] AfterLoss(Random random)
        {
            var (written, synced) = (Content!, Durable!);
            if (written.AsSpan().SequenceEqual(synced))
                return written;
            return random.Next(4) switch
            {
                0 => synced,
                1 => written[..random.Next(written.Length + 1)],
                2 => new byte[written.Length],
                _ => written,
            };
        }
    }
}
