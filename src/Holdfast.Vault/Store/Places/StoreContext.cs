namespace Holdfast.Vault;

/// <summary>What stores are opened with.</summary>
public sealed record StoreContext
{
    /// <summary>Who asks.</summary>
    public StoreCredentials Credentials { get; init; } = StoreCredentials.None;

    /// <summary>How fast bytes may pass; of all stores of the process together.</summary>
    public TransferLimits Limits { get; init; } = TransferLimits.None;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How often a store that is unavailable is asked again.</summary>
    public RetryOptions Retry { get; init; } = new();

    /// <summary>How long a call may take.</summary>
    public TimeLimits TimeLimits { get; init; } = new();
}
