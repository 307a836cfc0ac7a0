using System.Collections.Concurrent;
using System.Threading.Channels;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Schedule;

namespace Holdfast.ControlPlane.Tests.Schedule;

/// <summary>Items whose due backups are written down. Shared by the nodes of a test, as the database is.</summary>
internal sealed class RecordingItems : IScheduledItems
{
    private readonly Channel<Queued> _queued = Channel.CreateUnbounded<Queued>();
    private readonly ConcurrentDictionary<(Guid, DateTimeOffset), bool> _known = [];
    private int _announced;

    public ConcurrentDictionary<Guid, BackupPolicy> Policies { get; } = [];

    /// <summary>What the queue answers to the next announcements; then it takes them.</summary>
    public ConcurrentQueue<Func<DueOutcome>> Answers { get; } = [];

    /// <summary>How often looking for an item fails from now on.</summary>
    public int FindFailures;

    public ChannelReader<Queued> Backups => _queued.Reader;

    public int Announced => Volatile.Read(ref _announced);

    public Task<ScheduledItem?> FindAsync(Guid itemId, CancellationToken ct) =>
        Interlocked.Decrement(ref FindFailures) >= 0 ? throw new IOException("The database is away.") : Task.FromResult(Policies.TryGetValue(itemId, out var policy) ? new ScheduledItem(itemId, policy) : null);

    public Task<IReadOnlyList<ScheduledItem>> ListAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<ScheduledItem>>([.. Policies.Select(p => new ScheduledItem(p.Key, p.Value))]);

    public Task<DueOutcome> QueueAsync(Guid itemId, Occurrence occurrence, bool isLate, CancellationToken ct)
    {
        Interlocked.Increment(ref _announced);
        if (Answers.TryDequeue(out var answer))
            return Task.FromResult(answer());
        if (!_known.TryAdd((itemId, occurrence.Due), true))
            return Task.FromResult(DueOutcome.AlreadyQueued);
        _queued.Writer.TryWrite(new(itemId, occurrence.Due, isLate));
        return Task.FromResult(DueOutcome.Queued);
    }

    internal sealed record Queued(Guid ItemId, DateTimeOffset Due, bool IsLate);
}
