using System.Text;

namespace Holdfast.Vault;

/// <summary>Replaces a session's list of hashes when packs or segments of it come and go.</summary>
internal sealed class SessionSums(IObjectStore store)
{
    /// <summary>The lists of hashes of these sessions: one, or several where a replacement was cut off.</summary>
    public async Task<ILookup<PointId, (ObjectName Name, int Generation)>> ListAsync(Func<PointId, bool> ofSession, CancellationToken ct)
    {
        var sums = new List<(PointId Session, ObjectName Name, int Generation)>();
        await foreach (var item in store.ListAsync(Names.Sums, ct))
        {
            if (Names.TryParseSums(item.Name, out var session, out var generation) && ofSession(session))
            {
                sums.Add((session, item.Name, generation));
            }
        }

        return sums.ToLookup(s => s.Session, s => (s.Name, s.Generation));
    }

    /// <summary>Writes a new list, without the lines of which this is true and with the added ones; then the older lists go.</summary>
    /// <param name="before">The session's lists so far; without one nothing is done.</param>
    /// <param name="session">The session.</param>
    /// <param name="isGone">Whether an object went.</param>
    /// <param name="added">Objects that came, and their SHA-256.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task ReplaceAsync(
        IReadOnlyCollection<(ObjectName Name, int Generation)> before, PointId session, Func<ObjectName, bool> isGone,
        IReadOnlyList<(ObjectName Name, byte[] Hash)> added, CancellationToken ct)
    {
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
        await store.DeleteManyAsync([.. before.Select(b => b.Name)], ct);
    }
}
