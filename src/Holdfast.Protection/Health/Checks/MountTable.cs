using Holdfast.GuestAgent;

namespace Holdfast.Protection.Health.Checks;

/// <summary>A mount in a Linux guest.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Parent">The mount that it lies on.</param>
/// <param name="DeviceNumber">major:minor.</param>
/// <param name="Root">What of the file system is mounted.</param>
/// <param name="Point">Where, made safe to show.</param>
/// <param name="IsMountReadOnly">The mount itself is read-only.</param>
/// <param name="Type">ext4, xfs.</param>
/// <param name="Source">The device.</param>
/// <param name="IsFileSystemReadOnly">The file system is read-only.</param>
internal sealed record GuestMount(
    int Id, int Parent, string DeviceNumber, string Root, string Point, bool IsMountReadOnly, string Type, string Source, bool IsFileSystemReadOnly);

/// <summary>/proc/self/mountinfo of a guest (proc(5)). What can't be read as a mount is passed over.</summary>
internal sealed class MountTable
{
    private const int MountsMax = 4096;
    private const int AncestorsMax = 256;
    private static readonly HashSet<string> FreezableTypes = new(StringComparer.Ordinal) { "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "jfs", "nilfs2", "gfs2" };
    private readonly IReadOnlyList<GuestMount> _mounts;
    private readonly Dictionary<int, GuestMount> _byId;

    private MountTable(IReadOnlyList<GuestMount> mounts)
    {
        _mounts = mounts;
        _byId = mounts.GroupBy(m => m.Id).ToDictionary(g => g.Key, g => g.First());
        Freezable = [.. mounts.Where(m => FreezableTypes.Contains(m.Type))];
    }

    /// <summary>The mounts that a freeze concerns.</summary>
    public IReadOnlyList<GuestMount> Freezable { get; }

    public static MountTable Parse(string text) =>
        new([.. text.Split('\n').Take(MountsMax).Select(Read).OfType<GuestMount>()]);

    /// <summary>Whole file systems that are mounted more than once. Parts of one (bind mounts, subvolumes) are usual, and no trouble.</summary>
    public IEnumerable<(string Device, IReadOnlyList<string> Mounts)> Duplicates() => Freezable.Where(m => m.Root == "/")
        .GroupBy(m => m.DeviceNumber).Select(g => (Device: g.First().Source, Mounts: (IReadOnlyList<string>)[.. g.Select(m => m.Point).Distinct(StringComparer.Ordinal)]))
        .Where(d => d.Mounts.Count > 1);

    /// <summary>Mounts that can't be reached by their path any more, since another lies over a folder above them.</summary>
    public IEnumerable<GuestMount> Hidden() => Freezable.Where(m => _mounts.Any(other => other.Id != m.Id && IsAbove(other.Point, m.Point) && !Ancestors(m).Contains(other.Id)));

    /// <summary>The mount that a path lies on: the last one of those nearest to it.</summary>
    public GuestMount? Holding(string path) =>
        _mounts.Where(m => m.Point == "/" || m.Point == path || IsAbove(m.Point, path)).MaxBy(m => (m.Point.Length, m.Id));

    private static bool IsAbove(string folder, string point) =>
        folder != "/" && point.Length > folder.Length && point.StartsWith(folder, StringComparison.Ordinal) && point[folder.Length] == '/';

    private HashSet<int> Ancestors(GuestMount mount)
    {
        var seen = new HashSet<int>();
        for (var at = mount; seen.Count < AncestorsMax && _byId.TryGetValue(at.Parent, out var parent) && seen.Add(parent.Id);)
            at = parent;
        return seen;
    }

    private static GuestMount? Read(string line)
    {
        var words = line.Split(' ');
        var dash = Array.IndexOf(words, "-");
        if (words.Length > 64 || dash < 6 || dash + 3 >= words.Length || !int.TryParse(words[0], out var id) || !int.TryParse(words[1], out var parent))
            return null;
        return new GuestMount(
            id, parent, words[2], words[3], Path(words[4]), Has(words[5], "ro"), words[dash + 1], Path(words[dash + 2]), Has(words[dash + 3], "ro"));
    }

    private static bool Has(string options, string option) => options.Split(',').Contains(option, StringComparer.Ordinal);

    // proc(5): space, tab, line feed and backslash are written in octal.
    private static string Path(string word) => GuestText.Clean(
        word.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal)
            .Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal) is { Length: > 0 } path ? path : "?", 1024);
}
