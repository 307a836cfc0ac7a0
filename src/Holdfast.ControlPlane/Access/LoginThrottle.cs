using System.Collections.Concurrent;

namespace Holdfast.ControlPlane.Access;

/// <summary>
/// Counts failed log-ins by the address they come from, and says when further ones are refused unseen. It counts addresses rather than
/// names, so that nobody can lock another's credential out.
/// </summary>
public sealed class LoginThrottle(TimeProvider time)
{
    /// <summary>Failures after which an address is refused.</summary>
    public const int FailuresMax = 10;

    /// <summary>How long failures count.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    // Beyond so many addresses the oldest are forgotten: memory is bounded whoever asks.
    private const int AddressesMax = 10_000;

    private readonly ConcurrentDictionary<string, Failures> _failures = new(StringComparer.Ordinal);

    /// <summary>Whether log-ins from this address are refused now.</summary>
    public bool IsRefused(string address) =>
        _failures.TryGetValue(address, out var failures) && time.GetUtcNow() < failures.Until && failures.Count >= FailuresMax;

    /// <summary>Counts a failure; true when it is the one from which on the address is refused.</summary>
    public bool Failed(string address)
    {
        var now = time.GetUtcNow();
        if (_failures.Count >= AddressesMax)
            ForgetOldest();
        var failures = _failures.AddOrUpdate(
            address,
            _ => new(1, now + Window),
            (_, f) => now < f.Until ? new(f.Count + 1, now + Window) : new(1, now + Window));
        return failures.Count == FailuresMax;
    }

    private void ForgetOldest()
    {
        foreach (var (address, _) in _failures.OrderBy(f => f.Value.Until).Take(AddressesMax / 2).ToList())
            _failures.TryRemove(address, out _);
    }

    private readonly record struct Failures(int Count, DateTimeOffset Until);
}
