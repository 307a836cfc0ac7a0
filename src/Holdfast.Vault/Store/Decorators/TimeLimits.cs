namespace Holdfast.Vault;

/// <summary>How long a call of a store may take.</summary>
public sealed class TimeLimits
{
    /// <summary>The time that any call is given.</summary>
    public TimeSpan PerCall { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The time that is added for each object of a call that deletes many: a store may need a request or two for each.</summary>
    public TimeSpan PerDeletion { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>What the connection is expected to carry at least: calls are given more time by their bytes.</summary>
    public long BytesPerSecondMin { get; init; } = 128 << 10;
}
