using System.Diagnostics;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>Waits for what gives no event of its own, with a deadline.</summary>
public static class Eventually
{
    /// <summary>Asks until <paramref name="condition"/> holds; fails with <paramref name="what"/> after the deadline.</summary>
    public static async Task TrueAsync(string what, Func<Task<bool>> condition, int seconds = 120)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition().ConfigureAwait(false))
        {
            if (clock.Elapsed.TotalSeconds > seconds)
                Assert.Fail($"{what}: not within {seconds} s");
            await Task.Delay(100).ConfigureAwait(false);
        }
    }

    /// <summary>The same for a condition that is known at once.</summary>
    public static Task TrueAsync(string what, Func<bool> condition, int seconds = 120) =>
        TrueAsync(what, () => Task.FromResult(condition()), seconds);
}
