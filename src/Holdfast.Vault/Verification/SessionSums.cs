using System.Text;

namespace Holdfast.Vault;

/// <summary>Replaces a session's list of hashes when packs or segments of it come and go.</summary>
internal sealed class SessionSums(IObjectStore store)
{
    public async Task<List<(ObjectName Name, int Generation)>> ListAsync(PointId session, CancellationToken ct)
    {
        var sums = new List<(ObjectName, int)>();
        await foreach (var item in store.ListAsync(Names.Sums, ct))
        {
            if (Names.TryParseSums(item.Name, out var owner, out var generation) && owner == session)
            {
                sums.Add((item.Name, generation));
            }
        }

        return sums;
    }

    /// <summary>Writes a new list, without the lines of which this is true and with the added ones; then the older lists go.</summary>
    public async Task ReplaceAsync(
        PointId session, Func<ObjectName, bool> isGone, IReadOnlyList<(ObjectName Name, byte[] Hash)> added, CancellationToken ct)
    {
        var before = await ListAsync(session, ct);
        if (before.Count == 0)
        {
            return;
        }

        var (latest, generation) = before.MaxBy(s => s.Generation);
        var lines = new StringBuilder();
        foreach (var line in Encoding.ASCII.GetString(await store.ReadWholeAsync(latest, PackSums.BytesMax, ct) ?? []).Split('\n'))
        {
            if (line.Length > 66 && ObjectName.TryParse(line[66..], out var name) && !isGone(name))
            {
                lines.Append(line).Append('\n');
            }
        }

        foreach (var (name, hash) in added)
        {
            lines.Append(Convert.ToHexStringLower(hash)).Append("  ").Append(name).Append('\n');
        }

        await store.CreateAsync(Names.SumsOf(session, generation + 1), Encoding.ASCII.GetBytes(lines.ToString()), ct);
        foreach (var (name, _) in before)
        {
            await store.DeleteAsync(name, ct);
        }
    }
}
