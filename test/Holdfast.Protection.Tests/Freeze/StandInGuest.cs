using System.Threading.Channels;
using Holdfast.Protection.Freeze;

namespace Holdfast.Protection.Tests.Freeze;

/// <summary>A guest as the guard sees it, scripted: what each try to thaw comes to.</summary>
internal sealed class StandInGuest : IGuardedGuestConnector, IGuardedGuest
{
    private readonly Channel<int> _tries = Channel.CreateUnbounded<int>();
    private int _count;

    public Func<int, ThawAttempt> OnThaw { get; set; } = _ => ThawAttempt.Thawed;

    public Func<Task> OnConnect { get; set; } = () => Task.CompletedTask;

    public int Connections { get; private set; }

    public int Tries => _count;

    /// <summary>Waits for the next try.</summary>
    public async Task TriedAsync() => await _tries.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async Task<IGuardedGuest> ConnectAsync(string libvirtUri, Guid domain, CancellationToken ct)
    {
        Connections++;
        await OnConnect();
        return this;
    }

    public Task<ThawAttempt> ThawAsync(CancellationToken ct)
    {
        var n = Interlocked.Increment(ref _count);
        _tries.Writer.TryWrite(n);
        return Task.FromResult(OnThaw(n));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
