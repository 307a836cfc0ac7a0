namespace Holdfast.GuestAgent;

/// <summary>How a guest is shut down.</summary>
public enum GuestShutdownMode
{
    /// <summary>Shut down and power off.</summary>
    PowerDown,

    /// <summary>Shut down and stay halted.</summary>
    Halt,

    /// <summary>Shut down and start again.</summary>
    Reboot,
}
