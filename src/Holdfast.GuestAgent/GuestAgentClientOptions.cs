namespace Holdfast.GuestAgent;

/// <summary>How a client talks with an agent.</summary>
public sealed record GuestAgentClientOptions
{
    /// <summary>How long an ordinary command may take. Starting, and under load, a guest can need seconds.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock that deadlines and polling go by.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
