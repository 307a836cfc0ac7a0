using System.Text;

namespace Holdfast.Vault;

/// <summary>The recorded hashes of packs and index segments: lines as sha256sum writes them, one object a session.</summary>
internal sealed class PackSums
{
    public const int BytesMax = 256 << 20;

    private readonly Dictionary<PackId, byte[]> _packs = [];
    private readonly List<ObjectName> _segments = [];

    /// <summary>The index segments that the lists name.</summary>
    public IReadOnlyCollection<ObjectName> Segments => _segments;

    public static async Task<PackSums> ReadAsync(IObjectStore store, IReadOnlySet<PointId> sessions, CancellationToken ct)
    {
        var sums = new PackSums();
        foreach (var (session, generation) in (await LatestAsync(store, ct)).Where(l => sessions.Contains(l.Key)))
        {
            foreach (var (name, hash) in await NamedAsync(store, session, generation, ct))
            {
                if (Names.TryParseOwned(name, Names.Packs, out _, out var pack))
                {
                    sums._packs[pack] = hash;
                }
                else if (Names.TryParseOwned(name, Names.Index, out _, out _))
                {
                    sums._segments.Add(name);
                }
            }
        }

        return sums;
    }

    /// <summary>The generation of each session's latest list.</summary>
    public static async Task<Dictionary<PointId, int>> LatestAsync(IObjectStore store, CancellationToken ct)
    {
        var latest = new Dictionary<PointId, int>();
        await foreach (var item in store.ListAsync(Names.Sums, ct))
        {
            if (Names.TryParseSums(item.Name, out var session, out var generation))
            {
                latest[session] = Math.Max(generation, latest.GetValueOrDefault(session));
            }
        }

        return latest;
    }

    /// <summary>What a list names, with its hashes; nothing if the list is gone.</summary>
    public static async Task<List<(ObjectName Name, byte[] Hash)>> NamedAsync(IObjectStore store, PointId session, int generation, CancellationToken ct)
    {
        var named = new List<(ObjectName, byte[])>();
        foreach (var line in Encoding.ASCII.GetString(await store.ReadWholeAsync(Names.SumsOf(session, generation), BytesMax, ct) ?? []).Split('\n'))
        {
            // 64 hex digits, two spaces, the object's name. A line that isn't that says nothing: the seals still do.
            if (line.Length > 66 && PackId.TryParse(line[..64], out _) && ObjectName.TryParse(line[66..], out var name))
            {
                named.Add((name, Convert.FromHexString(line.AsSpan(0, 64))));
            }
        }

        return named;
    }

    public byte[]? GetValueOrDefault(PackId pack) => _packs.GetValueOrDefault(pack);
}
