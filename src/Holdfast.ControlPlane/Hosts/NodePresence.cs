using System.Collections.Concurrent;
using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>Says which nodes live and which hosts they reach.</summary>
public sealed class NodePresence(ControlPlaneDatabase database, ControlPlaneOptions options, HostConnections connections, TimeProvider time)
{
    // A host that doesn't answer, or hangs, mustn't hold up the others: it is tried for a while, and then left alone for a while.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _leftAloneUntil = [];

    /// <summary>Tries the hosts that this node is to reach, and reports the node with those that answered.</summary>
    /// <returns>The hosts that answered.</returns>
    public async Task<IReadOnlySet<Guid>> ReportAsync(CancellationToken ct)
    {
        var db = database.CreateForNotices();
        await using (db.ConfigureAwait(false))
        {
            var reached = new HashSet<Guid>();
            foreach (var host in await db.Hosts.AsNoTracking().ToListAsync(ct).ConfigureAwait(false))
            {
                if (host.IsReachedBy(options.NodeName) && await IsReachedAsync(host, ct).ConfigureAwait(false))
                    reached.Add(host.HostId);
            }

            var row = await db.Nodes.FindAsync([options.NodeName], ct).ConfigureAwait(false);
            if (row is not null && row.StartedUtc == _started && reached.SetEquals(row.ReachedHosts) && time.GetUtcNow() - row.SeenUtc < options.LeaseTime / 3)
                return reached;
            if (row is null)
                db.Add(row = new NodeRow { Name = options.NodeName });
            (row.StartedUtc, row.SeenUtc, row.ReachedHosts) = (_started, time.GetUtcNow(), [.. reached.Order()]);
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            return reached;
        }
    }

    /// <summary>Whether some living node reaches a host.</summary>
    public async Task<bool> IsReachedByAnyAsync(Guid host, CancellationToken ct) => (await ReachedByAnyAsync(ct).ConfigureAwait(false)).Contains(host);

    /// <summary>The hosts that some living node reaches.</summary>
    public async Task<IReadOnlySet<Guid>> ReachedByAnyAsync(CancellationToken ct)
    {
        var since = time.GetUtcNow() - options.LeaseTime;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            return (await db.Nodes.AsNoTracking().Where(n => n.SeenUtc >= since).ToListAsync(ct).ConfigureAwait(false))
                .SelectMany(n => n.ReachedHosts).ToHashSet();
        }
    }

    /// <summary>The hosts that this node reached when it last reported; null before its first report.</summary>
    public async Task<IReadOnlySet<Guid>?> ReachedAsync(CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var row = await db.Nodes.AsNoTracking().SingleOrDefaultAsync(n => n.Name == options.NodeName, ct).ConfigureAwait(false);
            return row is not null && row.StartedUtc == _started ? row.ReachedHosts.ToHashSet() : null;
        }
    }

    private async Task<bool> IsReachedAsync(HostRow host, CancellationToken ct)
    {
        if (_leftAloneUntil.TryGetValue(host.HostId, out var until) && time.GetUtcNow() < until)
            return false;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(AnswerLimit);
            await connections.GetAsync(host, limit.Token).ConfigureAwait(false);
            _leftAloneUntil.TryRemove(host.HostId, out _);
            return true;
        }
        catch (Exception e) when (e is FaultException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            _leftAloneUntil[host.HostId] = time.GetUtcNow() + Pause;
            return false;
        }
    }
}
