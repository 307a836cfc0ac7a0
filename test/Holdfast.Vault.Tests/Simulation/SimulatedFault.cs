namespace Holdfast.Vault.Tests;

/// <summary>What befalls a simulated process at one of its calls to the store.</summary>
internal enum SimulatedFault
{
    None,

    /// <summary>It dies before the call has an effect; what it uploaded and didn't publish is lost.</summary>
    CrashBefore,

    /// <summary>It dies after the effect.</summary>
    CrashAfter,

    /// <summary>The call takes effect but fails; the process goes on.</summary>
    ReplyLost,

    /// <summary>The call fails without effect; the process goes on.</summary>
    InputOutputError,

    /// <summary>For a while every call fails without effect: the store asks to be left alone (503, 429).</summary>
    Throttled,

    /// <summary>From this call on there is no space for what it creates; it may read and delete.</summary>
    NoSpace,

    /// <summary>The call takes effect, but hours later.</summary>
    Slow,

    /// <summary>It stands still at the call, heartbeats and all, until it is resumed.</summary>
    Pause,
}
