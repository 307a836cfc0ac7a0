using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Schedule;

namespace Holdfast.ControlPlane.Tests.Schedule;

/// <summary>The items of another, whose queue doesn't answer.</summary>
internal sealed class HangingItems(IScheduledItems items) : IScheduledItems
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => _reached.Task;

    public void Release() => _released.TrySetResult();

    public Task<ScheduledItem?> FindAsync(Guid itemId, CancellationToken ct) => items.FindAsync(itemId, ct);

    public Task<IReadOnlyList<ScheduledItem>> ListAsync(CancellationToken ct) => items.ListAsync(ct);

    public async Task<DueOutcome> QueueAsync(Guid itemId, Occurrence occurrence, bool isLate, CancellationToken ct)
    {
        _reached.TrySetResult();
        await _released.Task.WaitAsync(ct);
        return DueOutcome.AlreadyQueued;
    }
}
