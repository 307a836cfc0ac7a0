using Holdfast.Protection.Node;

namespace Holdfast.Protection.Freeze;

/// <summary>Bounds and surroundings of a freeze.</summary>
public sealed record FreezeOptions
{
    /// <summary>The folder of the node's state; intents live in its folder <c>freeze</c>.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>How the guard process is started.</summary>
    public IGuardStarter GuardStarter { get; init; } = new GuardProcessStarter(GuardCommand.ThisProgram());

    /// <summary>The longest time from sending the freeze to the thaw; then the guest is thawed, whatever else is going on.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How much later than <see cref="Limit"/> the guard acts, should the node not have.</summary>
    public TimeSpan GuardGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a guard may take from its start until it is armed.</summary>
    public TimeSpan GuardArmTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the node itself tries to thaw before it leaves that to the guard, and how long it then waits for the guard.</summary>
    public TimeSpan ThawPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The gate of external effects.</summary>
    public EffectGate Effects { get; init; } = EffectGate.Open;
}
