using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Schedule;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.ControlPlane.Tests.Schedule;

/// <summary>Clocks that are wrong for a while end nobody's data.</summary>
public sealed class ExpiryClockTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clock_that_goes_on_is_believed_and_one_that_is_behind_too()
    {
        await using var node = await ServiceNode.CreateAsync();
        var clock = Clock(node);
        Assert.True(await clock.IsBelievedAsync(Ct));
        node.Time.Advance(TimeSpan.FromDays(2));
        Assert.True(await clock.IsBelievedAsync(Ct));
        node.Time.AdjustTime(node.Time.GetUtcNow().AddYears(-20));
        Assert.True(await clock.IsBelievedAsync(Ct));
    }

    [Fact]
    public async Task A_clock_that_is_ahead_is_believed_only_after_a_day_that_it_runs_on()
    {
        await using var node = await ServiceNode.CreateAsync();
        var clock = Clock(node);
        Assert.True(await clock.IsBelievedAsync(Ct));
        node.Time.AdjustTime(node.Time.GetUtcNow().AddYears(1));
        Assert.False(await clock.IsBelievedAsync(Ct));
        node.Time.Advance(TimeSpan.FromHours(23));
        Assert.False(await clock.IsBelievedAsync(Ct));
        Assert.False(await Clock(node).IsBelievedAsync(Ct));
        node.Time.Advance(TimeSpan.FromHours(2));
        Assert.True(await clock.IsBelievedAsync(Ct));
    }

    [Fact]
    public async Task A_clock_that_was_put_right_is_believed_at_once()
    {
        await using var node = await ServiceNode.CreateAsync();
        var clock = Clock(node);
        Assert.True(await clock.IsBelievedAsync(Ct));
        var now = node.Time.GetUtcNow();
        node.Time.AdjustTime(now.AddYears(1));
        Assert.False(await clock.IsBelievedAsync(Ct));
        node.Time.AdjustTime(now.AddMinutes(1));
        Assert.True(await clock.IsBelievedAsync(Ct));
    }

    [Fact]
    public async Task A_synchronised_clock_may_jump()
    {
        await using var node = await ServiceNode.CreateAsync();
        Assert.True(await Clock(node).IsBelievedAsync(Ct));
        node.Time.AdjustTime(node.Time.GetUtcNow().AddDays(30));
        Assert.True(await Clock(node, isSynchronised: true).IsBelievedAsync(Ct));
    }

    [Fact]
    public async Task A_node_whose_clock_is_ahead_of_the_others_is_not_believed_however_long_it_runs()
    {
        await using var node = await ServiceNode.CreateAsync();
        var (right, ahead) = (Clock(node), Clock(node));
        var now = node.Time.GetUtcNow();
        for (var hour = 0; hour < 60; hour++)
        {
            node.Time.AdjustTime(now.AddHours(hour));
            Assert.True(await right.IsBelievedAsync(Ct));
            node.Time.AdjustTime(now.AddHours(hour).AddYears(1));
            Assert.False(await ahead.IsBelievedAsync(Ct));
            node.Time.Advance(TimeSpan.FromHours(1));
        }
    }

    private static ExpiryClock Clock(ServiceNode node, bool isSynchronised = false) =>
        new(node.Get<ControlPlaneDatabase>(), new Known(isSynchronised), node.Time, NullLogger<ExpiryClock>.Instance);

    private sealed class Known(bool isSynchronised) : IClockSynchronisation
    {
        public Task<bool> IsSynchronisedAsync(CancellationToken ct) => Task.FromResult(isSynchronised);
    }
}
