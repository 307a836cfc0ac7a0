using System.Text;

namespace Holdfast.Vault;

/// <summary>The recorded hashes of packs and index segments: lines as sha256sum writes them, one object a session.</summary>
internal sealed class PackSums
{
    private const int BytesMax = 256 << 20;

    private readonly Dictionary<PackId, byte[]> _packs = [];
    private readonly List<ObjectName> _segments = [];

    /// <summary>The index segments that the lists name.</summary>
    public IReadOnlyCollection<ObjectName> Segments => _segments;

    public static async Task<PackSums> ReadAsync(IObjectStore store, IReadOnlySet<PointId> sessions, CancellationToken ct)
    {
        var sums = new PackSums();
        foreach (var session in sessions)
        {
            if (await store.ReadWholeAsync(Names.SumsOf(session), BytesMax, ct) is { } bytes)
            {
                sums.Parse(Encoding.ASCII.GetString(bytes));
            }
        }

        return sums;
    }

    public byte[]? GetValueOrDefault(PackId pack) => _packs.GetValueOrDefault(pack);

    private void Parse(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            // 64 hex digits, two spaces, the object's name. A line that isn't that says nothing: the seals still do.
            if (line.Length > 66 && PackId.TryParse(line[..64], out _) && ObjectName.TryParse(line[66..], out var name))
            {
                if (Names.TryParseOwned(name, Names.Packs, out _, out var pack))
                {
                    _packs[pack] = Convert.FromHexString(line.AsSpan(0, 64));
                }
                else if (Names.TryParseOwned(name, Names.Index, out _, out _))
                {
                    _segments.Add(name);
                }
            }
        }
    }
}
