using Holdfast.ControlPlane.Access;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.ControlPlane.Tests.Access;

public sealed class LoginThrottleTests
{
    [Fact]
    public void After_ten_failures_an_address_waits_a_minute_and_others_do_not()
    {
        var time = new FakeTimeProvider();
        var throttle = new LoginThrottle(time);
        for (var i = 1; i < LoginThrottle.FailuresMax; i++)
            Assert.False(throttle.Failed("a"));
        Assert.False(throttle.IsRefused("a"));
        Assert.True(throttle.Failed("a"));
        Assert.True(throttle.IsRefused("a"));
        Assert.False(throttle.IsRefused("b"));
        time.Advance(LoginThrottle.Window);
        Assert.False(throttle.IsRefused("a"));
        Assert.False(throttle.Failed("a"));
    }

    [Fact]
    public void It_remembers_a_bounded_number_of_addresses_and_the_latest_of_them()
    {
        var time = new FakeTimeProvider();
        var throttle = new LoginThrottle(time);
        for (var i = 0; i < 12_000; i++)
        {
            throttle.Failed($"noise-{i}");
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        for (var i = 0; i < LoginThrottle.FailuresMax; i++)
            throttle.Failed("attacker");
        Assert.True(throttle.IsRefused("attacker"));
    }
}
