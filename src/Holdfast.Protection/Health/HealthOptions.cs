namespace Holdfast.Protection.Health;

/// <summary>Bounds of a run, and what it may ask of guests.</summary>
public sealed record HealthOptions
{
    /// <summary>How long one check may take; then it is unknown.</summary>
    public TimeSpan CheckLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection to a host may take.</summary>
    public TimeSpan ConnectLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long all checks of a host may take; VMs that were not reached by then are unknown.</summary>
    public TimeSpan HostLimit { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long the agent may take for an answer.</summary>
    public TimeSpan AgentLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one layer of the way to an endpoint may take: the name, the connection, the handshake, the answer.</summary>
    public TimeSpan EndpointLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>VMs looked at together on one host.</summary>
    public int VmsPerHostAtOnce { get; init; } = 16;

    /// <summary>Over what time the processor's use is measured.</summary>
    public TimeSpan LoadWindow { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Share of processor or memory, in percent, above which a guest is short of it.</summary>
    public int PressurePercent { get; init; } = 90;

    /// <summary>The oldest agent that will do.</summary>
    public Version AgentMinimum { get; init; } = new(2, 10);

    /// <summary>Whether checks may run programs (stat, readlink, dpkg-query, rpm; vssadmin, sc, reg, manage-bde and PowerShell in Windows) in a VM's guest; else only the agent's own reading commands are used.</summary>
    public Func<Guid, bool> AllowsPrograms { get; init; } = _ => true;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
