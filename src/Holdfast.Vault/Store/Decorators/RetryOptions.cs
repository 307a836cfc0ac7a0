namespace Holdfast.Vault;

/// <summary>How often and how long a store that fails is asked again.</summary>
public sealed class RetryOptions
{
    /// <summary>The most attempts at one call. With the default waits they span some three minutes.</summary>
    public int AttemptsMax { get; init; } = 12;

    /// <summary>The wait before the second attempt; it doubles from attempt to attempt.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait that isn't the store's own wish.</summary>
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait that a store's wish is followed for; a longer one ends the call.</summary>
    public TimeSpan RetryAfterMax { get; init; } = TimeSpan.FromMinutes(5);
}
