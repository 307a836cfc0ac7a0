using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Vault.Stores.Tests.Decorators;

/// <summary>What is worth another attempt gets one, after a wait; what isn't fails at once; a creation whose reply was lost is its creator's.</summary>
public sealed class RetryingStoreTests
{
    private static readonly ObjectName Name = ObjectName.Of("points/a");
    private static readonly byte[] Content = "content"u8.ToArray();
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly ScriptedStore _inner = new();
    private readonly List<TimeSpan> _waits = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_that_is_busy_is_asked_again_after_waits_that_double_until_it_answers()
    {
        Fail(5);
        Assert.Equal(CreateOutcome.Created, await RunAsync(s => s.CreateAsync(Name, Content, Ct).AsTask()));
        Assert.Equal([0.25, 0.5, 1, 2, 4], _waits.Select(w => w.TotalSeconds));
    }

    [Fact]
    public async Task The_waits_are_half_chance()
    {
        Fail(3);
        await RunAsync(s => s.CreateAsync(Name, Content, Ct).AsTask(), jitter: 0);
        Assert.Equal([0.125, 0.25, 0.5], _waits.Select(w => w.TotalSeconds));
    }

    [Fact]
    public async Task What_the_store_asks_for_is_waited()
    {
        _inner.Next.Enqueue(new(Busy(TimeSpan.FromSeconds(17))));
        await RunAsync(s => s.CreateAsync(Name, Content, Ct).AsTask());
        Assert.Equal([17], _waits.Select(w => w.TotalSeconds));
    }

    [Fact]
    public async Task A_store_that_stays_away_is_given_up_with_what_it_said_last()
    {
        Fail(100);
        var error = await Assert.ThrowsAsync<VaultException>(() => RunAsync(s => s.GetSizeAsync(Name, Ct).AsTask()));
        Assert.Equal(VaultErrorKind.Unavailable, error.Kind);
        Assert.Equal(12, _inner.Calls);
        Assert.InRange(_waits.Sum(w => w.TotalSeconds), 120, 300);
    }

    [Theory]
    [InlineData(VaultErrorKind.Io)]
    [InlineData(VaultErrorKind.NoSpace)]
    [InlineData(VaultErrorKind.PermissionDenied)]
    [InlineData(VaultErrorKind.NotAuthenticated)]
    public async Task What_another_attempt_does_not_change_fails_at_once(VaultErrorKind kind)
    {
        _inner.Next.Enqueue(new(new VaultException(kind, "no")));
        Assert.Equal(kind, (await Assert.ThrowsAsync<VaultException>(() => RunAsync(s => s.CreateAsync(Name, Content, Ct).AsTask()))).Kind);
        Assert.Equal(1, _inner.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_creation_whose_reply_was_lost_is_found_to_be_the_callers_own(bool streamed)
    {
        _inner.Next.Enqueue(new(Busy(), After: true));
        Assert.Equal(CreateOutcome.Created, await RunAsync(s => CreateAsync(s, streamed)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_object_whose_reply_was_lost_is_kept_as_long_as_any_other(bool streamed)
    {
        var dated = new DatedStore { Busy = 2 };
        var scripted = new ScriptedStore(dated);
        var until = DateTimeOffset.UnixEpoch.AddDays(1);
        var store = new RetryingStore(scripted, new RetryOptions(), new WaitRecorder(_waits), () => 1);
        store.AsRetaining()!.RetainNewObjects(_ => until);
        scripted.Next.Enqueue(new(Busy(), After: true));
        Assert.Equal(CreateOutcome.Created, await CreateAsync(store, streamed));
        Assert.Equal(until, dated.Dates[Name]);
    }

    [Fact]
    public async Task A_date_is_asked_for_again_where_the_store_is_busy_or_silent()
    {
        var dated = new DatedStore { Busy = 2, Hangs = true };
        var timed = new TimedStore(dated, new TimeLimits { PerCall = TimeSpan.FromSeconds(60) }, TransferLimits.None, _time);
        var store = new RetryingStore(timed, new RetryOptions(), _time, () => 1).AsRetaining()!;
        await PumpAsync(RetainAsync());
        Assert.Equal(DateTimeOffset.UnixEpoch, dated.Dates[Name]);

        async Task<bool> RetainAsync()
        {
            await store.RetainUntilAsync(Name, DateTimeOffset.UnixEpoch, Ct);
            return true;
        }
    }

    [Fact]
    public void Decorators_of_a_store_that_keeps_no_dates_keep_none_either() => Assert.Null(new RetryingStore(
        new TimedStore(_inner, new TimeLimits(), TransferLimits.None, _time), new RetryOptions(), _time, () => 1).AsRetaining());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_name_that_somebody_else_took_meanwhile_is_not(bool streamed)
    {
        await _inner.Inner.CreateAsync(Name, "somebody"u8.ToArray(), Ct);
        Fail(1);
        Assert.Equal(CreateOutcome.AlreadyExists, await RunAsync(s => CreateAsync(s, streamed)));
    }

    // Without a failure before, the name was taken before: even by the same bytes it isn't this caller's.
    [Fact]
    public async Task The_same_bytes_of_somebody_else_are_not_taken_for_ones_own()
    {
        await _inner.Inner.CreateAsync(Name, Content, Ct);
        Assert.Equal(CreateOutcome.AlreadyExists, await RunAsync(s => CreateAsync(s, streamed: false)));
    }

    [Fact]
    public async Task A_listing_that_breaks_off_goes_on_where_it_was()
    {
        for (var i = 0; i < 5; i++)
        {
            await _inner.Inner.CreateAsync(ObjectName.Of($"a/{i}"), Content, Ct);
        }

        foreach (var error in (VaultException?[])[null, null, Busy(), null, Busy(), null, null, null, Busy()])
        {
            _inner.Next.Enqueue(new(error));
        }

        var listed = await RunAsync(async s => (await s.ListAllAsync("a/", Ct)).Select(o => o.Name.Value).ToList());
        Assert.Equal(["a/0", "a/1", "a/2", "a/3", "a/4"], listed);
    }

    [Fact]
    public async Task A_call_that_does_not_come_back_is_given_up_and_repeated()
    {
        _inner.Next.Enqueue(new(null, Hangs: true));
        var timed = new TimedStore(_inner, new TimeLimits { PerCall = TimeSpan.FromSeconds(60) }, TransferLimits.None, _time);
        var store = new RetryingStore(timed, new RetryOptions(), _time, () => 1);
        Assert.Equal(CreateOutcome.Created, await PumpAsync(store.CreateAsync(Name, Content, Ct).AsTask()));
        Assert.Equal(2, _inner.Calls);
    }

    [Fact]
    public async Task Being_cancelled_is_no_failure_of_the_store()
    {
        _inner.Next.Enqueue(new(null, Hangs: true));
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var timed = new TimedStore(_inner, new TimeLimits(), TransferLimits.None, _time);
        var call = timed.CreateAsync(Name, Content, cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    private static VaultException Busy(TimeSpan? retryAfter = null) => new(VaultErrorKind.Unavailable, "503 SlowDown") { RetryAfter = retryAfter };

    private static async Task<CreateOutcome> CreateAsync(IObjectStore store, bool streamed)
    {
        if (!streamed)
        {
            return await store.CreateAsync(Name, Content, Ct);
        }

        await using var upload = await store.BeginCreateAsync(Name, Ct);
        await upload.AppendAsync(Content.AsMemory(0, 3), Ct);
        await upload.AppendAsync(Content.AsMemory(3), Ct);
        return await upload.CompleteAsync(Ct);
    }

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _inner.Next.Enqueue(new(Busy()));
        }
    }

    private async Task<T> RunAsync<T>(Func<IObjectStore, Task<T>> action, double jitter = 1)
    {
        var time = new WaitRecorder(_waits);
        return await action(new RetryingStore(_inner, new RetryOptions(), time, () => jitter));
    }

    // Lets the fake clock run until the task is done.
    private async Task<T> PumpAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        return await task;
    }
}
